// Why a session recorded each of its Programs: which size was new.
#ifndef KAIROS_RUNTIME_EXECUTOR_RECORDING_LOG_H_
#define KAIROS_RUNTIME_EXECUTOR_RECORDING_LOG_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/types/span.h"

#include "kairos/program_record.h"
#include "kairos/session.h"

namespace kairos {

// What one graph has been given so far.
class SeenInputs {
 public:
  // In words; "first inputs" when there were none.
  std::string WhatIsNew(const Signature& signature, absl::Span<const std::string> names) const;
  void Add(const Signature& signature);

 private:
  struct Seen {
    std::set<std::string> forms;           // dtype and rank
    std::vector<std::set<int64_t>> sizes;  // by axis
    std::set<std::string> values;          // that decide shapes
  };
  std::vector<Seen> inputs_;
};

class RecordingLog {
 public:
  // `seen`: of the signature's graph. `not_ready`: why the policy had no Program ready; may be
  // empty.
  void Add(const Signature& signature, absl::Span<const std::string> input_names,
           const std::string& not_ready, int64_t duration_ns, SeenInputs* seen);
  // One that was made in the background.
  void AddBackground(const Signature& signature, absl::Span<const std::string> input_names,
                     int64_t duration_ns);
  // The newest ones, oldest first.
  const std::vector<RecordingInfo>& entries() const { return entries_; }

 private:
  void Add(RecordingInfo entry);
  std::vector<RecordingInfo> entries_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_RECORDING_LOG_H_

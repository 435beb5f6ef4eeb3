// The run log of a session while it grows.
#ifndef KAIROS_RUNTIME_EXECUTOR_RUN_RECORDER_H_
#define KAIROS_RUNTIME_EXECUTOR_RUN_RECORDER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "kairos/run_log.h"

namespace kairos {

class RunRecorder {
 public:
  // The entry of a signature, made when it is new; for all that find no room, it is the same one.
  // Never null, and valid as long as this.
  RunLogEntry* EntryOf(const Signature& signature, const std::vector<std::string>& input_names);

  RunLog log() const;

 private:
  std::deque<RunLogEntry> entries_;  // whose addresses stay
  std::map<std::string, RunLogEntry*> by_signature_;
  size_t bytes_ = 0;
  RunLogEntry others_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_RUN_RECORDER_H_

// The Programs of a Session by signature. Finding a known one neither allocates nor builds a
// Signature.
#ifndef KAIROS_RUNTIME_EXECUTOR_PROGRAM_TABLE_H_
#define KAIROS_RUNTIME_EXECUTOR_PROGRAM_TABLE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "executor/bound_program.h"
#include "kairos/program_record.h"
#include "kairos/tensor.h"

namespace kairos {

class ProgramTable {
 public:
  // `keyed` says which inputs' bytes belong to the signature. At `limit` Programs (0: there is
  // none) they all go before the next one comes.
  explicit ProgramTable(std::vector<bool> keyed, size_t limit = 0)
      : keyed_(std::move(keyed)), limit_(limit) {}

  BoundProgram* Find(absl::Span<const TensorView> inputs);
  BoundProgram* Insert(absl::Span<const TensorView> inputs,
                       std::unique_ptr<BoundProgram> program);
  // Null, and nothing done, if `old` is not here.
  BoundProgram* Replace(const Program& old, std::unique_ptr<BoundProgram> program);
  // The one used least recently among those that need not stay, but for `other`; null if there is
  // none.
  BoundProgram* Oldest(const BoundProgram& other);
  void Remove(const BoundProgram& program);
  Signature MakeSignature(absl::Span<const TensorView> inputs) const;
  // As this table compares them: whether the inputs have that signature, and a hash of theirs.
  bool Matches(const Signature& signature, absl::Span<const TensorView> inputs) const;
  uint64_t Hash(absl::Span<const TensorView> inputs) const;

 private:
  const std::vector<bool> keyed_;
  const size_t limit_;
  size_t count_ = 0;
  BoundProgram* last_ = nullptr;
  absl::flat_hash_map<uint64_t, std::vector<std::unique_ptr<BoundProgram>>> programs_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_PROGRAM_TABLE_H_

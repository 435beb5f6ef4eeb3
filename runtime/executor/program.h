// A Program: what runs for one signature, as a flat list of kernels with the places of their
// operands. Made by recording (from a graph) or from a ProgramRecord that a policy had ready.
#ifndef KAIROS_RUNTIME_EXECUTOR_PROGRAM_H_
#define KAIROS_RUNTIME_EXECUTOR_PROGRAM_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "executor/resolver.h"
#include "kairos/program_record.h"

namespace kairos {

// Immutable once made.
struct Program {
  ProgramRecord record;             // frozen and packed fields empty unless it came from a plan
  std::vector<ResolvedStep> steps;  // as record.steps
  uint64_t scratch_bytes = 0;
  bool provisional = false;  // to be replaced by a better one
};

// Records a Program: analyse, lower, resolve each kernel, place buffers. Steps that `ready` (may be
// null) has too are resolved as that one's.
absl::StatusOr<std::shared_ptr<const Program>> RecordProgram(const PreparedGraph& prepared,
                                                             const Signature& signature,
                                                             Resolver& resolver,
                                                             const ProgramRecord* ready);

// Makes the Program of a record, which may come from an untrusted file that passed the loader.
// kUnimplemented when its buffer placement does not suit the kernels of this machine; kDataLoss
// when its types contradict the operators.
absl::StatusOr<std::shared_ptr<const Program>> ProgramFromRecord(const ProgramRecord& record,
                                                                 Resolver& resolver);

// The record with everything that a plan keeps: frozen kernels and packed weights. Constants that
// every kernel reads packed lose their plain bytes.
absl::StatusOr<ProgramRecord> CompleteRecord(const Program& program);

// Tells the resolver's policy about a Program of `model` that was recorded without taps.
void TellRecorded(const Resolver& resolver, std::shared_ptr<const Program> program,
                  std::shared_ptr<const Model> model);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_PROGRAM_H_

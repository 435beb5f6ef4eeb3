// What must hold of a Program from a file before the executor may trust its indices and ranges.
#ifndef KAIROS_RUNTIME_MODEL_CHECK_PROGRAM_H_
#define KAIROS_RUNTIME_MODEL_CHECK_PROGRAM_H_

#include "absl/status/status.h"

#include "kairos/graph.h"
#include "kairos/model.h"
#include "kairos/program_record.h"

namespace kairos {

// Checks signature and slots against `graph`, which is the model's (a Program of a part of the
// model is checked by itself: which inputs and outputs the part has, the executor knows), nodes
// against the op table, and memory with CheckMemory. Whether the types follow from the operators,
// and whether packed weights and in-place outputs suit the kernels, is the executor's to check when
// it has made those. kDataLoss names slot or step.
absl::Status CheckProgram(const ProgramRecord& program, const Graph& graph);

// CheckProgram for all programs of a plan, and its own fields.
absl::Status CheckPlan(const Plan& plan, const Graph& graph);

// That no window is larger than a file may say, before any range is computed.
absl::Status CheckSlotsOfLoops(const ProgramRecord& program);
// That steps of a loop stand together, and use what fits its turns. Indices have been checked.
absl::Status CheckLoops(const ProgramRecord& program);

// Replays the steps on a map of the memory: every read finds what the slot's producer wrote there,
// and no step writes over its own inputs, except output 0 over one of them exactly. A slot that no
// step produces is a view: it has place and size of a slot that was. Loops go round twice,
// windows stand for all of their parts. Indices and loops have been checked.
absl::Status CheckMemory(const ProgramRecord& program);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_CHECK_PROGRAM_H_

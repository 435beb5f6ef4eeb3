// Undoes fusion where no good kernel takes the fused form.
#ifndef KAIROS_RUNTIME_EXECUTOR_FISSION_H_
#define KAIROS_RUNTIME_EXECUTOR_FISSION_H_

#include "executor/lowering.h"

namespace kairos {

// Whether splitting the node makes it simpler.
bool CanSplit(const Node& node);

// Removes the last post-op from `step`, which then writes to a new slot, and returns the step that
// applies it to that slot, in the same layout. The caller tries `step` again.
StepRecord SplitLastPostOp(StepRecord* step, Lowered* lowered);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_FISSION_H_

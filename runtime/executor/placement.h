// Gives every arena slot of a lowered program its place: lifetimes, in-place outputs, offsets.
#ifndef KAIROS_RUNTIME_EXECUTOR_PLACEMENT_H_
#define KAIROS_RUNTIME_EXECUTOR_PLACEMENT_H_

#include <vector>

#include "executor/lowering.h"
#include "executor/resolver.h"

namespace kairos {

// Sets offset of all arena slots and arena_bytes. Slots that share a root share a place; an output
// takes the place of the input its kernel allows, where that input dies there.
void PlaceSlots(const std::vector<ResolvedStep>& steps, Lowered* lowered);

// True when the output of each step overlaps none of its inputs, except the one its kernel allows
// at the same offset.
bool PlacementSuitsKernels(const ProgramRecord& record, const std::vector<ResolvedStep>& steps);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_PLACEMENT_H_

// How much memory running a model takes, known before anything runs: see Session::PlanMemory().
#ifndef KAIROS_MEMORY_PLAN_H_
#define KAIROS_MEMORY_PLAN_H_

#include <cstdint>

namespace kairos {

struct MemoryPlan {
  // Of the model's file: weights that are read, in the form of the graph or in one that a plan has.
  // All sessions and processes share them.
  uint64_t weights_bytes = 0;
  // Weights that passes compute, and those that kernels read in a form of their own and no plan
  // has. The sessions of a Model share them.
  uint64_t folded_bytes = 0;
  uint64_t packed_bytes = 0;
  // Of each session: intermediate values, and what the step that needs most works with.
  uint64_t arena_bytes = 0;
  uint64_t scratch_bytes = 0;

  // To compare the arena with: the values that are needed at the same time, where they are most,
  // which no arena goes without; and a buffer for each value.
  uint64_t least_arena_bytes = 0;
  uint64_t naive_arena_bytes = 0;
  // The Program was ready: a plan's, say.
  bool ready = false;

  uint64_t total_bytes() const {
    return weights_bytes + folded_bytes + packed_bytes + arena_bytes + scratch_bytes;
  }
};

}  // namespace kairos

#endif  // KAIROS_MEMORY_PLAN_H_

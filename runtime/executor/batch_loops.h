// Which parts of a graph run a batch some items at a time. An operator on a large batch reads and
// writes more than the processor's cache holds, so each value goes to memory and back between two
// operators. Where items do not depend on each other, a chain of operators on a few items gives the
// same results from the cache, and the values inside of it take the room of those few.
#ifndef KAIROS_RUNTIME_EXECUTOR_BATCH_LOOPS_H_
#define KAIROS_RUNTIME_EXECUTOR_BATCH_LOOPS_H_

#include <cstdint>
#include <vector>

#include "executor/analysis.h"

namespace kairos {

struct BatchLoops {
  // As graph.values: whether a loop takes a part of it in each turn, along the first dimension.
  std::vector<bool> is_cut;
  // As graph.nodes: index into `turns`, or -1. Nodes of a loop stand together.
  std::vector<int32_t> loop_of;
  std::vector<int32_t> turns;  // at least 2; divides the first dimension of what is cut
};

// `working_set_bytes`: what the inputs and outputs of an operator may take in a turn; at most half
// of the cache, since weights and what comes next want their room too.
BatchLoops FindBatchLoops(const SpecializedGraph& specialized, uint64_t working_set_bytes);

// For this machine.
uint64_t DefaultWorkingSetBytes();

// The type of one of so many parts.
TensorType PartOf(TensorType type, int32_t turns);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_BATCH_LOOPS_H_

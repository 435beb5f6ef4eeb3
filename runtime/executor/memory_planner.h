// Places buffers with known lifetimes into one arena.
#ifndef KAIROS_RUNTIME_EXECUTOR_MEMORY_PLANNER_H_
#define KAIROS_RUNTIME_EXECUTOR_MEMORY_PLANNER_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace kairos {

struct Lifetime {
  uint64_t bytes = 0;
  int32_t first = 0;  // time when it is written
  int32_t last = 0;   // time when it is last read, inclusive
};

struct ArenaPlan {
  std::vector<uint64_t> offsets;  // as the lifetimes; 64-byte aligned
  uint64_t bytes = 0;             // of the arena
};

// Each at the lowest offset that is free during its whole lifetime, in the best of several orders:
// by size and by the fullness of steps ("greedy by size", "greedy by breadth": Pisarchyk and Lee,
// Efficient Memory Management for Deep Neural Net Inference, 2020), and others where those need
// more than is alive at any one step. The same every time.
ArenaPlan PlanArena(absl::Span<const Lifetime> lifetimes);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_MEMORY_PLANNER_H_

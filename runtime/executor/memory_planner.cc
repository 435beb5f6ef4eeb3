#include "executor/memory_planner.h"

#include <algorithm>
#include <numeric>

#include "base/aligned_buffer.h"
#include "base/checked.h"

namespace kairos {

ArenaPlan PlanArena(absl::Span<const Lifetime> lifetimes) {
  ArenaPlan plan;
  plan.offsets.assign(lifetimes.size(), 0);
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
    return lifetimes[a].bytes > lifetimes[b].bytes;
  });

  struct Placed {
    uint64_t begin, end;
    size_t index;
  };
  std::vector<Placed> placed;  // sorted by begin
  for (size_t index : order) {
    const Lifetime& life = lifetimes[index];
    const uint64_t bytes = AlignUp(life.bytes, kAlignment);
    if (bytes == 0) continue;
    uint64_t offset = 0;
    for (const Placed& other : placed) {
      const Lifetime& its = lifetimes[other.index];
      if (its.last < life.first || life.last < its.first) continue;
      if (offset + bytes <= other.begin) break;
      offset = std::max(offset, other.end);
    }
    plan.offsets[index] = offset;
    plan.bytes = std::max(plan.bytes, offset + bytes);
    auto at = std::upper_bound(placed.begin(), placed.end(), offset,
                               [](uint64_t o, const Placed& p) { return o < p.begin; });
    placed.insert(at, {offset, offset + bytes, index});
  }
  return plan;
}

}  // namespace kairos

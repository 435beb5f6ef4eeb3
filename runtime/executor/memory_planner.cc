#include "executor/memory_planner.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "base/aligned_buffer.h"
#include "base/checked.h"

namespace kairos {
namespace {

// Pairs of buffers that may be looked at in all, about 10 ms of work: recording waits for it.
constexpr uint64_t kMaxPairs = 10'000'000;
// How often a placement is changed where it is worst.
constexpr uint64_t kMaxChanges = 64;

using Order = std::vector<size_t>;

uint64_t Bytes(const Lifetime& life) { return AlignUp(life.bytes, kAlignment); }
uint64_t Steps(const Lifetime& life) { return static_cast<uint64_t>(life.last - life.first) + 1; }

// Each in turn at the lowest offset that is free during its whole lifetime.
ArenaPlan Place(absl::Span<const Lifetime> lifetimes, const Order& order) {
  ArenaPlan plan;
  plan.offsets.assign(lifetimes.size(), 0);
  struct Placed {
    uint64_t begin, end;
    size_t index;
  };
  std::vector<Placed> placed;  // sorted by begin
  for (size_t index : order) {
    const Lifetime& life = lifetimes[index];
    const uint64_t bytes = Bytes(life);
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

// Where the most bytes are alive, and how many: (bytes, step).
std::vector<std::pair<uint64_t, int32_t>> AliveBytes(absl::Span<const Lifetime> lifetimes) {
  std::vector<std::pair<int32_t, int64_t>> changes;
  for (const Lifetime& life : lifetimes) {
    const auto bytes = static_cast<int64_t>(Bytes(life));
    changes.emplace_back(life.first, bytes);
    changes.emplace_back(life.last + 1, -bytes);
  }
  std::sort(changes.begin(), changes.end());
  std::vector<std::pair<uint64_t, int32_t>> alive;
  int64_t now = 0;
  for (size_t i = 0; i < changes.size(); ++i) {
    now += changes[i].second;
    const bool last_of_step = i + 1 == changes.size() || changes[i + 1].first != changes[i].first;
    if (last_of_step) alive.emplace_back(static_cast<uint64_t>(now), changes[i].first);
  }
  return alive;
}

// Largest first by `key`, then in the order in which they are written.
template <typename Key>
Order Descending(absl::Span<const Lifetime> lifetimes, const Key& key) {
  Order order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return key(lifetimes[a]) > key(lifetimes[b]); });
  return order;
}

// The buffers of the fullest step first, then those of the next.
Order ByFullness(absl::Span<const Lifetime> lifetimes,
                 std::vector<std::pair<uint64_t, int32_t>> alive) {
  std::sort(alive.rbegin(), alive.rend());
  const Order by_size = Descending(lifetimes, Bytes);
  std::vector<bool> taken(lifetimes.size(), false);
  Order order;
  for (const auto& [bytes, step] : alive) {
    for (size_t index : by_size) {
      const Lifetime& life = lifetimes[index];
      if (taken[index] || step < life.first || life.last < step) continue;
      taken[index] = true;
      order.push_back(index);
    }
    if (order.size() == lifetimes.size()) break;
  }
  return order;
}

// Of the buffers at the arena's end, the first is given a place before all others.
void Promote(absl::Span<const Lifetime> lifetimes, const ArenaPlan& plan, Order* order) {
  for (size_t i = 0; i < order->size(); ++i) {
    const size_t index = (*order)[i];
    if (plan.offsets[index] + Bytes(lifetimes[index]) != plan.bytes) continue;
    std::rotate(order->begin(), order->begin() + static_cast<ptrdiff_t>(i),
                order->begin() + static_cast<ptrdiff_t>(i) + 1);
    return;
  }
}

}  // namespace

ArenaPlan PlanArena(absl::Span<const Lifetime> lifetimes) {
  const auto alive = AliveBytes(lifetimes);
  const uint64_t least = alive.empty() ? 0 : std::max_element(alive.begin(), alive.end())->first;
  const uint64_t pairs = std::max<uint64_t>(lifetimes.size() * lifetimes.size(), 1);
  uint64_t tries = kMaxPairs / pairs;
  Order order = Descending(lifetimes, Bytes);
  ArenaPlan best = Place(lifetimes, order);
  const auto attempt = [&](Order other) {
    if (best.bytes == least || tries == 0) return;
    --tries;
    ArenaPlan plan = Place(lifetimes, other);
    if (plan.bytes >= best.bytes) return;
    best = std::move(plan);
    order = std::move(other);
  };
  attempt(Descending(lifetimes, [](const Lifetime& life) { return Bytes(life) * Steps(life); }));
  attempt(Descending(lifetimes, Steps));
  if (best.bytes != least && tries > 0) attempt(ByFullness(lifetimes, alive));
  ArenaPlan changed = best;
  for (uint64_t i = std::min(tries, kMaxChanges); i > 0 && best.bytes != least; --i) {
    Promote(lifetimes, changed, &order);
    changed = Place(lifetimes, order);
    if (changed.bytes < best.bytes) best = changed;
  }
  return best;
}

}  // namespace kairos

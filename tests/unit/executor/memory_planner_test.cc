#include "executor/memory_planner.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <random>

#include "base/aligned_buffer.h"
#include "base/checked.h"

namespace kairos {
namespace {

// The most bytes that are alive at one step: no plan can do with less.
uint64_t LowerBound(const std::vector<Lifetime>& lifetimes) {
  uint64_t most = 0;
  for (const Lifetime& at : lifetimes) {
    uint64_t alive = 0;
    for (const Lifetime& life : lifetimes) {
      if (life.first <= at.first && at.first <= life.last) alive += AlignUp(life.bytes, kAlignment);
    }
    most = std::max(most, alive);
  }
  return most;
}

bool Sound(const std::vector<Lifetime>& lifetimes, const ArenaPlan& plan) {
  for (size_t a = 0; a < lifetimes.size(); ++a) {
    if (plan.offsets[a] % kAlignment != 0) return false;
    if (plan.offsets[a] + lifetimes[a].bytes > plan.bytes) return false;
    for (size_t b = 0; b < a; ++b) {
      const bool together =
          lifetimes[a].first <= lifetimes[b].last && lifetimes[b].first <= lifetimes[a].last;
      const bool overlap = plan.offsets[a] < plan.offsets[b] + lifetimes[b].bytes &&
                           plan.offsets[b] < plan.offsets[a] + lifetimes[a].bytes;
      if (together && overlap) return false;
    }
  }
  return true;
}

TEST_CASE("no buffers need no arena") {
  CHECK(PlanArena({}).bytes == 0);
  CHECK(PlanArena({{0, 0, 3}}).bytes == 0);
}

TEST_CASE("a chain of equal buffers needs two of them") {
  std::vector<Lifetime> chain;
  for (int32_t i = 0; i < 10; ++i) chain.push_back({640, i, i + 1});
  const ArenaPlan plan = PlanArena(chain);
  CHECK(plan.bytes == 1280);
  CHECK(Sound(chain, plan));
}

TEST_CASE("a small buffer goes into the gap that a large one leaves") {
  const std::vector<Lifetime> lifetimes = {{1024, 0, 1}, {512, 1, 2}, {512, 2, 3}, {512, 2, 3}};
  const ArenaPlan plan = PlanArena(lifetimes);
  CHECK(plan.bytes == LowerBound(lifetimes));
  CHECK(Sound(lifetimes, plan));
}

TEST_CASE("a buffer that is read in the step in which another is written is not overwritten") {
  const std::vector<Lifetime> lifetimes = {{64, 0, 1}, {64, 1, 1}};
  const ArenaPlan plan = PlanArena(lifetimes);
  CHECK(plan.offsets[0] != plan.offsets[1]);
}

TEST_CASE("sizes are rounded up so that every buffer is aligned") {
  const std::vector<Lifetime> lifetimes = {{1, 0, 1}, {65, 0, 1}, {63, 0, 1}};
  const ArenaPlan plan = PlanArena(lifetimes);
  CHECK(plan.bytes == 256);
  CHECK(Sound(lifetimes, plan));
}

TEST_CASE("random lifetimes never overlap, and the arena stays near the lower bound") {
  std::mt19937 engine(7);
  uint64_t planned = 0, bound = 0;
  for (int round = 0; round < 300; ++round) {
    CAPTURE(round);
    std::vector<Lifetime> lifetimes(engine() % 60);
    for (Lifetime& life : lifetimes) {
      life.first = static_cast<int32_t>(engine() % 40);
      life.last = life.first + static_cast<int32_t>(engine() % 8);
      life.bytes = engine() % 5000;
    }
    const ArenaPlan plan = PlanArena(lifetimes);
    REQUIRE(Sound(lifetimes, plan));
    REQUIRE(plan.bytes >= LowerBound(lifetimes));
    planned += plan.bytes;
    bound += LowerBound(lifetimes);
  }
  CHECK(planned < bound + bound / 5);
}

}  // namespace
}  // namespace kairos

#include "rtbench/dispatch.h"

#include <doctest/doctest.h>

#include "tests/support/run_graph.h"

namespace kairos::testing {
namespace {

TEST_CASE("a run that is not watched reads no clock, a watched one twice per operator") {
  int64_t now_ns = 0;  // a reading takes 1 us
  const DispatchCost cost = Unwrap(MeasureDispatch(10, 3, [&] { return now_ns += 1000; }));
  CHECK(cost.unwatched_ns == 1000 / 10);
  CHECK(cost.watched_ns == 21 * 1000 / 10);
}

TEST_CASE("finding a Program is timed by the thousand, and the Programs are there") {
  int64_t now_ns = 0;
  CHECK(Unwrap(MeasureFind(2, 3, 5, [&] { return now_ns += 50000; })) == 50);
}

}  // namespace
}  // namespace kairos::testing

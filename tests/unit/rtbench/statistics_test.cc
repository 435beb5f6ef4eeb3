#include "rtbench/statistics.h"

#include <doctest/doctest.h>
#include <numeric>
#include <vector>

namespace kairos {
namespace {

std::vector<double> OneTo(int n) {
  std::vector<double> values(static_cast<size_t>(n));
  std::iota(values.begin(), values.end(), 1);
  return values;
}

TEST_CASE("quantiles interpolate between the values, whatever their order") {
  CHECK(Quantile({3, 1, 2}, 0.5) == 2);
  CHECK(Quantile({4, 1, 3, 2}, 0.5) == 2.5);
  CHECK(Quantile(OneTo(101), 0.99) == doctest::Approx(100));
  CHECK(Quantile(OneTo(1001), 0.999) == doctest::Approx(1000));
  CHECK(Quantile({7}, 0.9) == 7);
  CHECK(Quantile({}, 0.5) == 0);
}

TEST_CASE("the interval of a median is all of the range for a few values") {
  const Interval five = MedianInterval({5, 1, 3, 2, 4});
  CHECK(five.low == 1);
  CHECK(five.high == 5);
  CHECK(MedianInterval({}).high == 0);
}

TEST_CASE("the interval of a median has the ranks of the binomial distribution") {
  // Tables of the sign test: 2nd to 9th of 10, 6th to 15th of 20, 40th to 61st of 100.
  const std::vector<std::vector<int>> table = {{6, 1, 6}, {10, 2, 9}, {20, 6, 15}, {100, 40, 61}};
  for (const std::vector<int>& row : table) {
    CAPTURE(row[0]);
    const Interval interval = MedianInterval(OneTo(row[0]));
    CHECK(interval.low == row[1]);
    CHECK(interval.high == row[2]);
  }
  const Interval many = MedianInterval(OneTo(4000));
  CHECK(many.low == doctest::Approx(1939).epsilon(0.002));
  CHECK(many.high == doctest::Approx(2062).epsilon(0.002));
}

TEST_CASE("a cost curve adds the start, the warm-up and steady runs") {
  const CostCurve curve = {100, {20, 12}, 10};
  CHECK(curve.Total(0) == 0);
  CHECK(curve.Total(1) == 100);
  CHECK(curve.Total(2) == 120);
  CHECK(curve.Total(5) == 100 + 20 + 12 + 2 * 10);
}

TEST_CASE("a slow start with fast runs pays back after the difference divided by the gain") {
  const CostCurve slow_start = {1000, {}, 10}, fast_start = {100, {}, 12};
  // 1000 + 10 (n - 1) <= 100 + 12 (n - 1) from n - 1 = 450 on.
  CHECK(BreakEven(slow_start, fast_start) == 451);
  CHECK_FALSE(BreakEven(fast_start, slow_start).has_value());
}

TEST_CASE("who is ahead at once and stays so has paid back with the first output") {
  CHECK(BreakEven({10, {}, 1}, {20, {}, 1}) == 1);
  CHECK(BreakEven({10, {}, 1}, {10, {}, 1}) == 1);
  CHECK_FALSE(BreakEven({20, {}, 1}, {10, {}, 1}).has_value());
}

TEST_CASE("break-even counts runs of the warm-up one by one") {
  const CostCurve steep = {50, {40, 5, 5}, 5}, flat = {60, {10, 10, 10}, 10};
  // Totals 50 90 95 100 105 ... against 60 70 80 90 100 110: ahead at 1, behind, ahead from 7 on.
  CHECK(BreakEven(steep, flat) == 6);
  CHECK(steep.Total(5) > flat.Total(5));
  CHECK(steep.Total(6) <= flat.Total(6));
}

TEST_CASE("the range of break-even holds the number of the medians and says when it is unsure") {
  std::vector<CostCurve> a, b, c;
  for (int i = 0; i < 9; ++i) {
    a.push_back({1000.0 + i, {}, 10});
    b.push_back({100.0 + i, {}, 12});
    c.push_back({100.0 + i, {}, 9.0 + 0.25 * i});  // as fast as a, give or take
  }
  const BreakEvenRange sure = BreakEvenOf(a, b);
  CHECK(sure.runs == 451);
  CHECK(sure.low.value() >= 445);
  CHECK(sure.high.value() <= 457);
  const BreakEvenRange unsure = BreakEvenOf(a, c);
  CHECK_FALSE(unsure.high.has_value());
  CHECK_FALSE(BreakEvenOf({}, b).runs.has_value());
}

TEST_CASE("the median curve is as long as the shortest") {
  const std::vector<CostCurve> curves = {{10, {1, 2}, 3}, {30, {3}, 5}, {20, {2, 9}, 4}};
  const CostCurve median = MedianCurve(curves);
  CHECK(median.cold_ms == 20);
  CHECK(median.warmup_ms == std::vector<double>{2});
  CHECK(median.steady_ms == 4);
}

}  // namespace
}  // namespace kairos

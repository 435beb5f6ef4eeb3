#include "rtbench/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

namespace kairos {
namespace {

constexpr int kResamples = 400;
constexpr double kTail = 0.025;

// P(X <= k) for X binomial with n trials of probability 1/2.
double BinomialHalf(size_t n, size_t k) {
  double sum = 0, log_choose = 0;
  for (size_t i = 0; i <= k; ++i) {
    sum += std::exp(log_choose - static_cast<double>(n) * std::log(2.0));
    log_choose += std::log(static_cast<double>(n - i)) - std::log(static_cast<double>(i + 1));
  }
  return sum;
}

// How many values may be left out at each end.
size_t OrderStatistic(size_t n) {
  if (n > 1000) {  // the normal approximation is exact enough, and the sum above is not cheap
    const double half = static_cast<double>(n) / 2;
    return static_cast<size_t>(half - 1.96 * std::sqrt(half / 2)) - 1;
  }
  size_t k = 0;
  while (k + 1 < n / 2 && BinomialHalf(n, k) <= kTail) ++k;
  return k > 0 ? k - 1 : 0;
}

std::vector<CostCurve> Resample(absl::Span<const CostCurve> curves, std::mt19937* random) {
  std::vector<CostCurve> picked;
  for (size_t i = 0; i < curves.size(); ++i) picked.push_back(curves[(*random)() % curves.size()]);
  return picked;
}

}  // namespace

double Quantile(std::vector<double> values, double q) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const double position = q * static_cast<double>(values.size() - 1);
  const size_t below = static_cast<size_t>(position);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (values[above] - values[below]) * (position - static_cast<double>(below));
}

double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

Interval MedianInterval(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const size_t out = OrderStatistic(values.size());
  return {values[out], values[values.size() - 1 - out]};
}

double CostCurve::Total(size_t runs) const {
  if (runs == 0) return 0;
  double total = cold_ms;
  const size_t warm = std::min(runs - 1, warmup_ms.size());
  for (size_t i = 0; i < warm; ++i) total += warmup_ms[i];
  return total + static_cast<double>(runs - 1 - warm) * steady_ms;
}

std::optional<size_t> BreakEven(const CostCurve& a, const CostCurve& b) {
  constexpr double kMaxRuns = 1e15;
  // Behind both warm-ups the difference is a straight line.
  const size_t bent = 1 + std::max(a.warmup_ms.size(), b.warmup_ms.size());
  const double behind = a.Total(bent) - b.Total(bent);  // > 0: a has cost more so far
  const double gain = b.steady_ms - a.steady_ms;        // per run
  if (behind > 0) {
    if (gain <= 0 || !(behind / gain < kMaxRuns)) return std::nullopt;
    return bent + static_cast<size_t>(std::ceil(behind / gain));
  }
  if (gain < 0) return std::nullopt;  // ahead for now, but loses in the end
  size_t runs = bent;
  while (runs > 1 && a.Total(runs - 1) <= b.Total(runs - 1)) --runs;
  return runs;
}

CostCurve MedianCurve(absl::Span<const CostCurve> curves) {
  CostCurve median;
  std::vector<double> cold, steady;
  size_t warm = std::numeric_limits<size_t>::max();
  for (const CostCurve& curve : curves) {
    cold.push_back(curve.cold_ms);
    steady.push_back(curve.steady_ms);
    warm = std::min(warm, curve.warmup_ms.size());
  }
  median.cold_ms = Median(std::move(cold));
  median.steady_ms = Median(std::move(steady));
  for (size_t i = 0; !curves.empty() && i < warm; ++i) {
    std::vector<double> runs;
    for (const CostCurve& curve : curves) runs.push_back(curve.warmup_ms[i]);
    median.warmup_ms.push_back(Median(std::move(runs)));
  }
  return median;
}

BreakEvenRange BreakEvenOf(absl::Span<const CostCurve> a, absl::Span<const CostCurve> b) {
  BreakEvenRange range;
  if (a.empty() || b.empty()) return range;
  range.runs = BreakEven(MedianCurve(a), MedianCurve(b));
  constexpr size_t kNever = std::numeric_limits<size_t>::max();
  std::mt19937 random(1);
  std::vector<size_t> found;
  for (int i = 0; i < kResamples; ++i) {
    found.push_back(BreakEven(MedianCurve(Resample(a, &random)), MedianCurve(Resample(b, &random)))
                        .value_or(kNever));
  }
  std::sort(found.begin(), found.end());
  const size_t tail = static_cast<size_t>(kTail * kResamples);
  const auto known = [](size_t n) { return n == kNever ? std::nullopt : std::optional<size_t>(n); };
  range.low = known(found[tail]);
  range.high = known(found[found.size() - 1 - tail]);
  return range;
}

}  // namespace kairos

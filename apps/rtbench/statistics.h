// Figures from samples: quantiles, what to believe of them, and when one start-up pays for itself.
#ifndef KAIROS_APPS_RTBENCH_STATISTICS_H_
#define KAIROS_APPS_RTBENCH_STATISTICS_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/types/span.h"

namespace kairos {

// The q-quantile, q in [0, 1], by linear interpolation; 0 for no values.
double Quantile(std::vector<double> values, double q);
double Median(std::vector<double> values);

struct Interval {
  double low = 0, high = 0;
};
// Confidence interval of the median from order statistics (no assumption on the distribution): the
// narrowest that covers at least 95 %; all of the range when there are less than 6 values.
Interval MedianInterval(std::vector<double> values);

// What a fresh process costs: the time to its first output, the runs right after it, and every run
// from then on.
struct CostCurve {
  double cold_ms = 0;
  std::vector<double> warmup_ms;  // runs 2, 3, ...
  double steady_ms = 0;
  // Of the first `runs` runs together.
  double Total(size_t runs) const;
};

// The smallest N from which on, for every number of runs >= N, `a` has cost no more than `b` in
// all. 1: from the first output on. Nothing: never.
std::optional<size_t> BreakEven(const CostCurve& a, const CostCurve& b);

struct BreakEvenRange {
  std::optional<size_t> runs;       // of the medians
  std::optional<size_t> low, high;  // middle 95 % of resampled processes; high none: maybe never
};
// From one curve per process. Resamples them with a fixed seed: the same numbers each time.
BreakEvenRange BreakEvenOf(absl::Span<const CostCurve> a, absl::Span<const CostCurve> b);

// Medians, run by run.
CostCurve MedianCurve(absl::Span<const CostCurve> curves);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_STATISTICS_H_

// What the executor itself takes: per operator, of which a chain has kernels that do nothing, and
// to find a Program.
#ifndef KAIROS_APPS_RTBENCH_DISPATCH_H_
#define KAIROS_APPS_RTBENCH_DISPATCH_H_

#include "absl/status/statusor.h"

#include "rtbench/subject.h"

namespace kairos {

// Medians over the runs, in ns per operator.
struct DispatchCost {
  double unwatched_ns = 0;  // nobody listens to events
  double watched_ns = 0;    // a callback gets each: two readings of the clock, and the call
};

// On one thread. The clock is that of the events, too.
absl::StatusOr<DispatchCost> MeasureDispatch(int operators, int runs, const NowNs& now_ns);

// What a run takes, in ns, to find its Program among those of known signatures: the median over
// `repeats` of many. The model has so many inputs of so many dimensions; two of its signatures take
// turns, so that none is the one that was found last.
absl::StatusOr<double> MeasureFind(int inputs, int dimensions, int repeats, const NowNs& now_ns);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_DISPATCH_H_

// What the executor itself takes per operator: a chain of operators whose kernels do nothing.
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

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_DISPATCH_H_

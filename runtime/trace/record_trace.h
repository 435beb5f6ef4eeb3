// Traces a function once.
#ifndef KAIROS_RUNTIME_TRACE_RECORD_TRACE_H_
#define KAIROS_RUNTIME_TRACE_RECORD_TRACE_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/trace.h"
#include "trace/guards.h"

namespace kairos {

struct RecordedTrace {
  TracedGraph traced;
  std::unique_ptr<const Guards> guards;
};

absl::StatusOr<RecordedTrace> RecordTrace(std::shared_ptr<Runtime> runtime,
                                          const ArrayFunction& function,
                                          const std::vector<TraceInput>& inputs);

// What the graph declares of an input.
std::vector<Dim> DeclaredDims(const TraceInput& input);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_TRACE_RECORD_TRACE_H_

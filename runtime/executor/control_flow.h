// The operators that run graphs. How a body is run is the caller's.
#ifndef KAIROS_RUNTIME_EXECUTOR_CONTROL_FLOW_H_
#define KAIROS_RUNTIME_EXECUTOR_CONTROL_FLOW_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "executor/staged_graph.h"
#include "kairos/any_value.h"

namespace kairos {

using RunBody = absl::FunctionRef<absl::StatusOr<std::vector<AnyValue>>(
    const StagedGraph& body, std::vector<AnyValue> inputs)>;

// If, Loop, Scan or SequenceMap. `inputs` are as the node's, null where absent. Errors do not name
// the node. A loop ends when the model says so, however late that is.
absl::StatusOr<std::vector<AnyValue>> RunControl(const StagedGraph::Stage& stage,
                                                 absl::Span<const AnyValue* const> inputs,
                                                 RunBody run);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_CONTROL_FLOW_H_

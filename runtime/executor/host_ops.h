// Operators that the executor computes itself, on values: those whose output shapes depend on data,
// and those of sequences, optionals and strings. Functions of their inputs; plain loops.
#ifndef KAIROS_RUNTIME_EXECUTOR_HOST_OPS_H_
#define KAIROS_RUNTIME_EXECUTOR_HOST_OPS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/any_value.h"
#include "kairos/graph.h"

namespace kairos {

// `inputs` are as node.inputs, null where absent. One output for each of the node's. Errors do not
// name the node; kInvalidArgument says what of the inputs does not fit.
absl::StatusOr<std::vector<AnyValue>> RunHostOp(const Node& node,
                                                absl::Span<const AnyValue* const> inputs);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_HOST_OPS_H_

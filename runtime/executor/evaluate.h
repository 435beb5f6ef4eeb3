// Runs one node on constants, outside any Program: constant folding and shape arithmetic.
#ifndef KAIROS_RUNTIME_EXECUTOR_EVALUATE_H_
#define KAIROS_RUNTIME_EXECUTOR_EVALUATE_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kairos/backend.h"
#include "kairos/graph.h"

namespace kairos {

// Outputs of `node` for these inputs (null where absent; plain or channels-last as their types
// say; plain outputs but for the layout change itself). Tiny nodes run on the last backend, which
// needs no code generation; others on the first that can.
absl::StatusOr<std::vector<Constant>> EvaluateNode(absl::Span<Backend* const> backends,
                                                   ThreadPool& pool, const Node& node,
                                                   absl::Span<const Constant* const> inputs);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_EVALUATE_H_

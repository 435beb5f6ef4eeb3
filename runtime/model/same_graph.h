// Whether two graphs are the same but for the bytes of their weights.
#ifndef KAIROS_RUNTIME_MODEL_SAME_GRAPH_H_
#define KAIROS_RUNTIME_MODEL_SAME_GRAPH_H_

#include "absl/status/status.h"

#include "kairos/graph.h"

namespace kairos {

// kInvalidArgument names the first difference of `have` from `want`. Weights are the constants of
// values, also of graphs inside of nodes; names and metadata of the graphs do not count.
absl::Status DiffersInWeightsOnly(const Graph& have, const Graph& want);

// The type of a weight must be that of the one it replaces; kInvalidArgument names it.
absl::Status CheckWeightType(const std::string& name, const TensorType& have,
                             const TensorType& want);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_SAME_GRAPH_H_

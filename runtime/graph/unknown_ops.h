// Looks for operators that the table does not have, in a graph and its subgraphs.
#ifndef KAIROS_RUNTIME_GRAPH_UNKNOWN_OPS_H_
#define KAIROS_RUNTIME_GRAPH_UNKNOWN_OPS_H_

#include "absl/status/status.h"

#include "kairos/graph.h"

namespace kairos {

inline constexpr int kMaxSubgraphDepth = 16;

// kUnimplemented with all of them in one message; kResourceExhausted when subgraphs are nested
// deeper than kMaxSubgraphDepth.
absl::Status CheckOpsAreKnown(const Graph& graph);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_UNKNOWN_OPS_H_

// Whether a node is written as its row of the operator table says: arity, attributes, post-ops.
// Types and shapes are InferTypes()'s.
#ifndef KAIROS_RUNTIME_GRAPH_CHECK_NODE_H_
#define KAIROS_RUNTIME_GRAPH_CHECK_NODE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "graph/op_table.h"
#include "kairos/graph.h"

namespace kairos {

// kInvalidArgument, kUnimplemented (an element type), or kResourceExhausted for more than 64
// attributes or post-ops; the messages do not name the node.
absl::Status CheckNodeForm(const Node& node, const OpInfo& info);

// An operator that may be fused into others. The row is of the operator itself.
struct PostOpInfo {
  const OpInfo* row;
  bool is_binary;
};
// `row` is null when `op` is not in the vocabulary of post-ops.
PostOpInfo FindPostOp(absl::string_view op);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_CHECK_NODE_H_

// The graphs inside of control-flow nodes, and how their inputs and outputs meet those of the node.
// The nodes are those of OpKind::kControl; see graph.h for captured values.
#ifndef KAIROS_RUNTIME_GRAPH_SUBGRAPHS_H_
#define KAIROS_RUNTIME_GRAPH_SUBGRAPHS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "kairos/graph.h"

namespace kairos {

struct BodyOf {
  absl::string_view attribute;  // "then_branch", "body" ...
  std::shared_ptr<const Graph> graph;
};

// The graphs among the node's attributes, in the order of their names.
std::vector<BodyOf> BodiesOf(const Node& node);

// How many of the node's last inputs are captured by its bodies.
size_t CaptureCount(const Node& node);
// Input `i` of every body of the node is this input of the node, on the way in: the condition of an
// If is none. The first two of a Loop's body are the number of the iteration and the condition.
inline size_t NodeInputOf(const Node& node, size_t i) { return node.op == "If" ? i + 1 : i; }

// Numbers of inputs and outputs. kInvalidArgument names the body; the messages do not name the
// node.
absl::Status CheckBodies(const Node& node);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_SUBGRAPHS_H_

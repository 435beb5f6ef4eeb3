#include "rtconvert/node_check.h"

#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "kairos/graph.h"
#include "rtconvert/tensor_reader.h"

namespace kairos {
namespace {

// Attributes that name an element type.
absl::Status CheckNamedTypes(const OnnxNode& node) {
  for (const char* name : {"to", "dtype"}) {
    if (!node.attributes.Has(name)) continue;
    const bool to_string =
        node.op == "Cast" && node.attributes.Int(name, 0) == static_cast<int64_t>(DType::kString);
    if (to_string) continue;
    absl::StatusOr<DType> dtype = SupportedDType(node.attributes.Int(name, 0));
    if (!dtype.ok()) return dtype.status();
  }
  return absl::OkStatus();
}

// A graph of this node alone, all of its inputs being the graph's.
Graph GraphOfNode(const OnnxNode& node) {
  Graph graph;
  Node alone{.op = node.op, .domain = node.domain, .name = "node"};
  alone.attributes = node.attributes;
  const auto new_value = [&graph] {
    const auto id = static_cast<ValueId>(graph.values.size());
    graph.values.push_back({.name = absl::StrCat("value", id)});
    return id;
  };
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    alone.inputs.push_back(node.HasInput(i) ? new_value() : kNoValue);
    if (node.HasInput(i)) graph.inputs.push_back(alone.inputs.back());
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    alone.outputs.push_back(node.HasOutput(i) ? new_value() : kNoValue);
    if (node.HasOutput(i)) graph.outputs.push_back(alone.outputs.back());
  }
  graph.nodes.push_back(std::move(alone));
  return graph;
}

}  // namespace

absl::Status CheckNode(const OnnxNode& node) {
  if (absl::Status status = CheckNamedTypes(node); !status.ok()) return status;
  const absl::Status status = ValidateGraph(GraphOfNode(node));
  if (status.ok()) return status;
  absl::string_view reason = status.message();
  absl::ConsumePrefix(&reason, absl::StrCat("node 0 'node' (", node.op, "): "));
  if (absl::IsUnimplemented(status)) {
    return absl::UnimplementedError(absl::StrCat("op ", node.op, ": ", reason));
  }
  return absl::InvalidArgumentError(absl::StrCat("form of ", node.op, ": ", reason));
}

}  // namespace kairos

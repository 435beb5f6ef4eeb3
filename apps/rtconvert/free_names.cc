#include "rtconvert/free_names.h"

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"

namespace kairos {
namespace {

using onnx_format::GraphProto;
using onnx_format::NodeProto;

absl::Status CheckDepth(const GraphProto& graph, int depth) {
  if (depth > kMaxGraphDepth) {
    return absl::ResourceExhaustedError(
        absl::StrCat("graphs are nested deeper than ", kMaxGraphDepth, ", the limit"));
  }
  for (const NodeProto& node : graph.node()) {
    for (const auto& [name, body] : BodiesOf(node)) {
      if (absl::Status status = CheckDepth(*body, depth + 1); !status.ok()) return status;
    }
  }
  return absl::OkStatus();
}

std::vector<std::string> FreeNamesOf(const GraphProto& graph) {
  absl::flat_hash_set<std::string> made, seen;
  for (const auto& input : graph.input()) made.insert(input.name());
  for (const auto& initializer : graph.initializer()) made.insert(initializer.name());
  for (const auto& sparse : graph.sparse_initializer()) made.insert(sparse.values().name());
  // All before any is used: nodes may come in another order.
  for (const NodeProto& node : graph.node())
    made.insert(node.output().begin(), node.output().end());
  std::vector<std::string> names;
  const auto use = [&](const std::string& name) {
    if (name.empty() || made.contains(name) || !seen.insert(name).second) return;
    names.push_back(name);
  };
  for (const NodeProto& node : graph.node()) {
    for (const std::string& input : node.input()) use(input);
    for (const std::string& name : FreeNames(node)) use(name);
  }
  for (const auto& output : graph.output()) use(output.name());
  return names;
}

}  // namespace

std::vector<std::pair<absl::string_view, const GraphProto*>> BodiesOf(const NodeProto& node) {
  std::vector<std::pair<absl::string_view, const GraphProto*>> bodies;
  for (const onnx_format::AttributeProto& attribute : node.attribute()) {
    if (attribute.has_g()) bodies.emplace_back(attribute.name(), &attribute.g());
    for (const GraphProto& graph : attribute.graphs())
      bodies.emplace_back(attribute.name(), &graph);
  }
  return bodies;
}

absl::Status CheckGraphDepth(const GraphProto& graph) { return CheckDepth(graph, 0); }

std::vector<std::string> FreeNames(const NodeProto& node) {
  absl::flat_hash_set<std::string> seen;
  std::vector<std::string> names;
  for (const auto& [attribute, body] : BodiesOf(node)) {
    for (std::string& name : FreeNamesOf(*body)) {
      if (seen.insert(name).second) names.push_back(std::move(name));
    }
  }
  return names;
}

}  // namespace kairos

#include "executor/inline_branch.h"

#include <memory>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

#include "graph/subgraphs.h"

namespace kairos {
namespace {

absl::string_view TakenBranch(bool condition) { return condition ? "then_branch" : "else_branch"; }

std::string Prefix(const Node& node, absl::string_view branch) {
  return absl::StrCat(node.name, "/", branch, "/");
}

ValueId AddValue(const Value& value, const std::string& prefix, Graph* graph) {
  graph->values.push_back(value);
  graph->values.back().name = prefix + value.name;
  return static_cast<ValueId>(graph->values.size()) - 1;
}

}  // namespace

const Graph& BranchOf(const Node& node, bool condition) {
  return *std::get<std::shared_ptr<const Graph>>(*node.attributes.Find(TakenBranch(condition)));
}

InlinedBranch InlineBranch(const Node& node, bool condition, Graph* graph) {
  const Graph& branch = BranchOf(node, condition);
  const std::string prefix = Prefix(node, TakenBranch(condition));
  InlinedBranch inlined;
  inlined.ids.assign(branch.values.size(), kNoValue);
  const auto id_of = [&](ValueId id) -> ValueId& { return inlined.ids[static_cast<size_t>(id)]; };
  for (size_t i = 0; i < branch.inputs.size(); ++i) id_of(branch.inputs[i]) = node.inputs[i + 1];
  std::vector<bool> is_made(branch.values.size(), false);
  for (const Node& inner : branch.nodes) {
    for (ValueId id : inner.outputs) {
      if (id != kNoValue) is_made[static_cast<size_t>(id)] = true;
    }
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const ValueId inner = branch.outputs[i];
    if (node.outputs[i] == kNoValue || !is_made[static_cast<size_t>(inner)]) continue;
    if (id_of(inner) == kNoValue) id_of(inner) = node.outputs[i];
  }
  for (size_t i = 0; i < branch.values.size(); ++i) {
    const bool used = is_made[i] || branch.values[i].constant.has_value();
    if (inlined.ids[i] == kNoValue && used) {
      inlined.ids[i] = AddValue(branch.values[i], prefix, graph);
    }
  }
  for (const Node& inner : branch.nodes) {
    inlined.nodes.push_back(inner);
    inlined.nodes.back().name = prefix + inner.name;
    for (ValueId& id : inlined.nodes.back().inputs) id = id == kNoValue ? id : id_of(id);
    for (ValueId& id : inlined.nodes.back().outputs) id = id == kNoValue ? id : id_of(id);
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const ValueId made = id_of(branch.outputs[i]);
    if (node.outputs[i] == kNoValue || made == node.outputs[i]) continue;
    Node copy;
    copy.op = "Identity";
    copy.name = absl::StrCat(prefix, "output", i);
    copy.inputs = {made};
    copy.outputs = {node.outputs[i]};
    inlined.nodes.push_back(std::move(copy));
  }
  return inlined;
}

const Constant* FindInlinedConstant(const Graph& graph, absl::string_view name) {
  for (const Value& value : graph.values) {
    if (value.name == name && value.constant.has_value()) return &*value.constant;
  }
  for (const Node& node : graph.nodes) {
    if (node.op != "If" || !node.domain.empty()) continue;
    for (const BodyOf& branch : BodiesOf(node)) {
      absl::string_view rest = name;
      if (!absl::ConsumePrefix(&rest, Prefix(node, branch.attribute))) continue;
      if (const Constant* found = FindInlinedConstant(*branch.graph, rest)) return found;
    }
  }
  return nullptr;
}

}  // namespace kairos

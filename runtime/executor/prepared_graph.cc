#include "executor/prepared_graph.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/evaluate.h"
#include "graph/op_table.h"
#include "graph/subgraphs.h"
#include "kairos/pass.h"

namespace kairos {

namespace {

// The condition of an If decides which of its graphs is run, and what these need from outside is
// passed to them. Bodies of other operators run by themselves: what decides there is theirs.
void DecideThroughBranches(const Node& node, std::vector<bool>* decides) {
  (*decides)[static_cast<size_t>(node.inputs[0])] = true;
  std::vector<bool> wanted;
  for (ValueId id : node.outputs) {
    wanted.push_back(id != kNoValue && (*decides)[static_cast<size_t>(id)]);
  }
  for (const BodyOf& branch : BodiesOf(node)) {
    const std::vector<bool> inner = ValuesThatDecideShapes(*branch.graph, wanted);
    for (size_t i = 0; i < branch.graph->inputs.size(); ++i) {
      if (!inner[static_cast<size_t>(branch.graph->inputs[i])]) continue;
      (*decides)[static_cast<size_t>(node.inputs[NodeInputOf(node, i)])] = true;
    }
  }
}

}  // namespace

std::vector<bool> ValuesThatDecideShapes(const Graph& graph,
                                         const std::vector<bool>& wanted_outputs) {
  std::vector<bool> decides(graph.values.size(), false);
  for (size_t i = 0; i < wanted_outputs.size(); ++i) {
    if (wanted_outputs[i]) decides[static_cast<size_t>(graph.outputs[i])] = true;
  }
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const OpInfo* info = FindOp(node->domain, node->op);
    if (info == nullptr) continue;
    if (info->kind == OpKind::kControl) {
      if (node->op == "If") DecideThroughBranches(*node, &decides);
      continue;
    }
    // Host operators in a Program are computed when it is made, from values that are known then.
    const bool folds = info->kind == OpKind::kHost;
    const bool wanted = std::any_of(node->outputs.begin(), node->outputs.end(), [&](ValueId id) {
      return id != kNoValue && decides[static_cast<size_t>(id)];
    });
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      const bool by_op = i < 32 && (info->shape_inputs >> i & 1) != 0;
      if (node->inputs[i] == kNoValue) continue;
      if (by_op || folds || (wanted && !info->needs_only_shapes)) {
        decides[static_cast<size_t>(node->inputs[i])] = true;
      }
    }
  }
  return decides;
}

std::vector<bool> KeyedInputs(const Graph& graph) {
  const std::vector<bool> decides = ValuesThatDecideShapes(graph);
  std::vector<bool> keyed;
  for (ValueId id : graph.inputs) keyed.push_back(decides[static_cast<size_t>(id)]);
  return keyed;
}

namespace {

bool IsComputed(const Graph& graph, ValueId id) {
  const auto makes = [id](const std::vector<ValueId>& ids) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  return graph.value(id).constant.has_value() || makes(graph.inputs) ||
         std::any_of(graph.nodes.begin(), graph.nodes.end(),
                     [&](const Node& node) { return makes(node.outputs); });
}

absl::Status AppendTaps(absl::Span<const std::string> taps, Graph* graph) {
  for (const std::string& tap : taps) {
    auto it = std::find_if(graph->values.begin(), graph->values.end(),
                           [&](const Value& value) { return value.name == tap; });
    if (it == graph->values.end()) {
      return absl::NotFoundError(absl::StrCat("tap '", tap, "': the model has no such value"));
    }
    const auto id = static_cast<ValueId>(it - graph->values.begin());
    if (!IsComputed(*graph, id)) {
      return absl::NotFoundError(absl::StrCat("tap '", tap, "': nothing computes this value"));
    }
    graph->outputs.push_back(id);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<PreparedGraph> PrepareGraph(const Graph& graph, absl::Span<const std::string> taps,
                                           absl::Span<const std::string> passes,
                                           absl::Span<Backend* const> backends, ThreadPool& pool) {
  PreparedGraph prepared{graph, {}};
  KAIROS_RETURN_IF_ERROR(AppendTaps(taps, &prepared.graph));
  if (!passes.empty()) {
    PassContext context;
    context.evaluate = [&](const Node& node, absl::Span<const Constant* const> inputs) {
      return EvaluateNode(backends, pool, node, inputs);
    };
    KAIROS_RETURN_IF_ERROR(RunPasses(passes, context, &prepared.graph));
  }
  prepared.decides_shape = ValuesThatDecideShapes(prepared.graph);
  return prepared;
}

}  // namespace kairos

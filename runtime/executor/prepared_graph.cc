#include "executor/prepared_graph.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "executor/evaluate.h"
#include "graph/op_table.h"
#include "kairos/pass.h"

namespace kairos {

std::vector<bool> ValuesThatDecideShapes(const Graph& graph) {
  std::vector<bool> decides(graph.values.size(), false);
  for (auto node = graph.nodes.rbegin(); node != graph.nodes.rend(); ++node) {
    const OpInfo* info = FindOp(node->domain, node->op);
    if (info == nullptr) continue;
    const bool wanted = std::any_of(node->outputs.begin(), node->outputs.end(), [&](ValueId id) {
      return id != kNoValue && decides[static_cast<size_t>(id)];
    });
    for (size_t i = 0; i < node->inputs.size(); ++i) {
      const bool by_op = i < 32 && (info->shape_inputs >> i & 1) != 0;
      if (node->inputs[i] == kNoValue) continue;
      if (by_op || (wanted && !info->needs_only_shapes)) {
        decides[static_cast<size_t>(node->inputs[i])] = true;
      }
    }
  }
  return decides;
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

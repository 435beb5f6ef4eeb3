#include <algorithm>
#include <set>

#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

bool ReducesAllSpatialAxes(const GraphEditor& editor, const Node& node, int64_t rank) {
  if (node.inputs.size() < 2 || node.inputs[1] == kNoValue) return false;
  const Constant* axes = editor.constant(node.inputs[1]);
  if (axes == nullptr || axes->type.dtype != DType::kInt64) return false;
  const auto* values = static_cast<const int64_t*>(axes->data);
  std::set<int64_t> distinct;
  for (int64_t i = 0; i < axes->type.element_count(); ++i) {
    distinct.insert(values[i] < 0 ? values[i] + rank : values[i]);
  }
  return static_cast<int64_t>(distinct.size()) == rank - 2 && *distinct.begin() == 2;
}

}  // namespace

absl::Status RecogniseSpatialMean(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const Node& node = editor.node(n);
    if (node.op != "ReduceMean" || !node.domain.empty() || !node.post_ops.empty()) continue;
    const TensorType& input = (*context.types)[static_cast<size_t>(node.inputs[0])];
    const auto rank = static_cast<int64_t>(input.shape.size());
    if (rank < 3 || rank > 5 || input.dtype != DType::kFloat32) continue;
    if (node.attributes.Int("keepdims", 1) == 0 || input.element_count() == 0) continue;
    if (!ReducesAllSpatialAxes(editor, node, rank)) continue;
    Report(context, "recognise_spatial_mean", NodeLabel(node));
    Node pool;
    pool.op = "GlobalAveragePool";
    pool.name = node.name;
    pool.inputs = {node.inputs[0]};
    pool.outputs = node.outputs;
    editor.Replace(n, std::move(pool));
  }
  editor.Finish();
  return absl::OkStatus();
}

}  // namespace kairos

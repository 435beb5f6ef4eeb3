#include "graph/axis_flow.h"

#include <algorithm>

#include "graph/axis_rules.h"

namespace kairos {
namespace {

bool IsDivisible(const Operand& operand, int64_t axis, int64_t items) {
  const absl::Span<const int64_t> shape = operand.shape();
  return operand.present && axis >= 0 && axis < static_cast<int64_t>(shape.size()) &&
         shape[static_cast<size_t>(axis)] % items == 0;
}

bool FitsPattern(const AxisCut& cut, const AxisRow& row) {
  for (size_t i = 0; i < cut.axes.size(); ++i) {
    const char wanted = i < row.inputs.size() ? row.inputs[i] : '-';
    const bool present = cut.context.inputs[i].present;
    if (present && cut.axes[i] != (wanted == '-' ? kWhole : wanted - '0')) return false;
  }
  return true;
}

// What the row says of the outputs.
std::optional<std::vector<int>> Apply(const AxisRow& row, const AxisCut& cut,
                                      absl::Span<const Operand> outputs) {
  if (row.condition != nullptr && !row.condition(cut.context)) return std::nullopt;
  std::vector<int> axes(outputs.size(), kWhole);
  if (row.rule != nullptr) {
    const std::optional<int64_t> axis = row.rule(cut);
    if (!axis.has_value()) return std::nullopt;
    std::fill(axes.begin(), axes.end(), static_cast<int>(*axis));
    return axes;
  }
  if (!FitsPattern(cut, row)) return std::nullopt;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (i < row.outputs.size()) {
      axes[i] = row.outputs[i] - '0';
    } else if (outputs[i].present) {
      return std::nullopt;
    }
  }
  return axes;
}

std::optional<std::vector<int>> BaseFlow(const AxisCut& cut, absl::Span<const Operand> outputs) {
  const Node& node = cut.context.node;
  const OpInfo* info = FindOp(node.domain, node.op);
  if (info == nullptr || info->kind != OpKind::kKernel) return std::nullopt;
  if (info->max_outputs == 1 && !outputs[0].present) return std::nullopt;
  bool has_row = false;
  for (const AxisRow& row : AxisRows()) {
    if (row.op != node.op) continue;
    has_row = true;
    std::optional<std::vector<int>> axes = Apply(row, cut, outputs);
    if (axes.has_value()) return axes;
  }
  if (has_row || info->layout != LayoutClass::kElementwise || info->is_random) return std::nullopt;
  return Apply({.op = node.op, .rule = ElementwiseAxis}, cut, outputs);
}

}  // namespace

std::optional<std::vector<int>> FlowOfAxis(const Node& node, absl::Span<const Operand> inputs,
                                           absl::Span<const Operand> outputs,
                                           absl::Span<const int> axes, int64_t items) {
  bool any_cut = false;
  if (axes.size() != inputs.size() || items < 1) return std::nullopt;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (axes[i] == kWhole) continue;
    any_cut = true;
    if (!IsDivisible(inputs[i], axes[i], items)) return std::nullopt;
  }
  if (!any_cut) return std::vector<int>(outputs.size(), kWhole);

  const size_t base = std::min(node.base_input_count(), inputs.size());
  std::vector<TensorType> types;
  for (const Operand& output : outputs) types.push_back(output.type);
  const ShapeContext context{node, inputs.subspan(0, base), types};
  const AxisCut cut{context, axes.subspan(0, base), items};
  // A cut that only operands of post-ops have meets a result that is whole.
  if (std::all_of(cut.axes.begin(), cut.axes.end(), [](int axis) { return axis == kWhole; })) {
    return std::nullopt;
  }
  std::optional<std::vector<int>> flow = BaseFlow(cut, outputs);
  if (!flow.has_value()) return std::nullopt;
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (!outputs[i].present) (*flow)[i] = kWhole;
    if ((*flow)[i] != kWhole && !IsDivisible(outputs[i], (*flow)[i], items)) return std::nullopt;
  }
  for (size_t i = base; i < inputs.size(); ++i) {
    if (!BroadcastFollows(inputs[i].shape(), axes[i], outputs[0].shape(), (*flow)[0])) {
      return std::nullopt;
    }
  }
  return flow;
}

}  // namespace kairos

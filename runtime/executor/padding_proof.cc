#include "executor/padding_proof.h"

#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/axis_flow.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

// Of a constant that is not the same at both sizes, and not cut either.
constexpr int kDiffers = -2;
constexpr int kUnknown = -3;

// Inputs that say what the type of the output says, too, once the others are equal.
bool IsToldByType(const Node& node, size_t input) {
  static constexpr std::pair<absl::string_view, size_t> kTold[] = {
      {"CenterCropPad", 1}, {"ConstantOfShape", 0}, {"Expand", 1}, {"Reshape", 1},
      {"Resize", 3},        {"Slice", 2},           {"Split", 1},
  };
  if (node.op == "Resize" &&
      node.attributes.String("keep_aspect_ratio_policy", "stretch") != "stretch") {
    return false;
  }
  for (const auto& [op, index] : kTold) {
    if (op == node.op && index == input) return true;
  }
  return false;
}

class Proof {
 public:
  Proof(const SpecializedGraph& exact, const SpecializedGraph& padded, const Padding& padding)
      : exact_(exact), padded_(padded), padding_(padding), axes_(padded.types.size(), kUnknown) {}

  absl::StatusOr<std::vector<int>> Run() {
    if (exact_.types.size() != padded_.types.size()) return Refuse("its graph is another");
    for (size_t i = 0; i < padded_.graph.inputs.size(); ++i) {
      const int axis = padding_.axes[static_cast<size_t>(padded_.input_index[i])];
      const ValueId id = padded_.graph.inputs[i];
      if (!Fits(id, axis)) return Refuse("its inputs are others");
      axes_[static_cast<size_t>(id)] = axis;
    }
    for (const Node& node : padded_.graph.nodes) KAIROS_RETURN_IF_ERROR(Visit(node));
    std::vector<int> outputs;
    for (ValueId id : padded_.graph.outputs) {
      const int axis = AxisOf(id);
      if (axis < kWhole) {
        return Refuse(absl::StrCat("output '", Printable(padded_.graph.value(id).name),
                                   "' is computed from the size"));
      }
      outputs.push_back(axis);
    }
    return outputs;
  }

 private:
  absl::Status Refuse(absl::string_view what) const {
    return absl::FailedPreconditionError(
        absl::StrCat("buckets of '", Printable(padding_.name), "': ", what, ", so ", padding_.size,
                     " items padded to ", padding_.padded_size,
                     " would give other results; give each size a Program of its own instead"));
  }

  // The value has proportional extents along the axis, and is of one type otherwise.
  bool Fits(ValueId id, int axis) const {
    const TensorType& padded = padded_.types[static_cast<size_t>(id)];
    TensorType exact = exact_.types[static_cast<size_t>(id)];
    if (axis == kWhole) return exact == padded;
    if (exact.shape.size() != padded.shape.size()) return false;
    const auto at = static_cast<size_t>(axis);
    if (at >= padded.shape.size() || padded.shape[at] % padding_.padded_size != 0) return false;
    const int64_t extent = padded.shape[at];
    if (exact.shape[at] != extent / padding_.padded_size * padding_.size) return false;
    exact.shape[at] = extent;
    return exact == padded;
  }

  // The axis along which the extents of a value differ, if it fits there.
  std::optional<int> DifferentAxis(ValueId id) const {
    const Shape& shape = padded_.types[static_cast<size_t>(id)].shape;
    const Shape& exact = exact_.types[static_cast<size_t>(id)].shape;
    for (size_t axis = 0; axis < shape.size() && exact.size() == shape.size(); ++axis) {
      if (shape[axis] == exact[axis]) continue;
      if (!Fits(id, static_cast<int>(axis))) return std::nullopt;
      return static_cast<int>(axis);
    }
    return std::nullopt;
  }

  int AxisOf(ValueId id) {
    int& axis = axes_[static_cast<size_t>(id)];
    if (axis != kUnknown) return axis;
    const std::optional<Constant>& exact = exact_.graph.value(id).constant;
    const std::optional<Constant>& padded = padded_.graph.value(id).constant;
    if (!exact.has_value() || !padded.has_value()) return kDiffers;
    return axis = AxisOfConstant(id, *exact, *padded);
  }

  int AxisOfConstant(ValueId id, const Constant& exact, const Constant& padded) const {
    const size_t bytes = exact.type.byte_count();
    if (exact.type == padded.type) {
      const bool same = exact.data == padded.data || bytes == 0 ||
                        std::memcmp(exact.data, padded.data, bytes) == 0;
      return same ? kWhole : kDiffers;
    }
    const std::optional<int> axis = DifferentAxis(id);
    if (!axis.has_value()) return kDiffers;
    // A shorter run of each row is the start of the longer one.
    int64_t rows = 1;
    for (int i = 0; i < *axis; ++i) rows *= exact.type.shape[static_cast<size_t>(i)];
    const auto count = static_cast<size_t>(rows);
    if (count == 0 || bytes == 0) return *axis;
    const size_t run = bytes / count, padded_run = padded.type.byte_count() / count;
    for (size_t row = 0; row < count; ++row) {
      const auto* a = static_cast<const char*>(exact.data) + row * run;
      const auto* b = static_cast<const char*>(padded.data) + row * padded_run;
      if (std::memcmp(a, b, run) != 0) return kDiffers;
    }
    return *axis;
  }

  static Operand OperandOf(const SpecializedGraph& graph, ValueId id) {
    if (id == kNoValue) return {};
    const std::optional<Constant>& constant = graph.graph.value(id).constant;
    return {true, graph.types[static_cast<size_t>(id)], false,
            constant.has_value() ? constant->data : nullptr};
  }
  static std::vector<Operand> Operands(const SpecializedGraph& graph,
                                       const std::vector<ValueId>& ids) {
    std::vector<Operand> operands;
    for (ValueId id : ids) operands.push_back(OperandOf(graph, id));
    return operands;
  }

  absl::Status Visit(const Node& node) {
    std::vector<int> axes;
    bool any_cut = false;
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      axes.push_back(node.inputs[i] == kNoValue ? kWhole : AxisOf(node.inputs[i]));
      if (axes[i] < kWhole || (axes[i] != kWhole && IsToldByType(node, i))) {
        if (!IsToldByType(node, i)) {
          return Refuse(absl::StrCat(NodeLabel(node), " takes what is computed from the size"));
        }
        axes[i] = kWhole;
      }
      any_cut |= axes[i] != kWhole;
    }
    if (!any_cut) return VisitWhole(node);
    const auto flow = Flow(padded_, node, axes, padding_.padded_size);
    // A single item is all there is, wherever its axis may be found.
    bool fits =
        flow.has_value() && (padding_.size == 1 || flow == Flow(exact_, node, axes, padding_.size));
    for (size_t i = 0; fits && i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      axes_[static_cast<size_t>(node.outputs[i])] = (*flow)[i];
      fits = Fits(node.outputs[i], (*flow)[i]);
    }
    if (fits) return absl::OkStatus();
    return Refuse(absl::StrCat(NodeLabel(node), " does not compute its items one by one"));
  }

  static std::optional<std::vector<int>> Flow(const SpecializedGraph& graph, const Node& node,
                                              const std::vector<int>& axes, int64_t items) {
    return FlowOfAxis(node, Operands(graph, node.inputs), Operands(graph, node.outputs), axes,
                      items);
  }

  // A node that no item reaches: its outputs are the same, or filled with the same to another
  // extent.
  absl::Status VisitWhole(const Node& node) {
    for (ValueId id : node.outputs) {
      if (id == kNoValue) continue;
      int& axis = axes_[static_cast<size_t>(id)];
      axis = kWhole;
      if (Fits(id, kWhole)) continue;
      const std::optional<int> filled = DifferentAxis(id);
      if (!filled.has_value() || !Fills(node, *filled)) {
        return Refuse(absl::StrCat(NodeLabel(node), " computes from the size"));
      }
      axis = *filled;
    }
    return absl::OkStatus();
  }

  // All that lies along this axis of the output is the same.
  bool Fills(const Node& node, int axis) const {
    if (node.op == "ConstantOfShape") return true;
    if (node.op != "Expand") return false;
    const Shape& from = padded_.types[static_cast<size_t>(node.inputs[0])].shape;
    const Shape& to = padded_.types[static_cast<size_t>(node.outputs[0])].shape;
    const int64_t own = axis - static_cast<int64_t>(to.size() - from.size());
    return own < 0 || from[static_cast<size_t>(own)] == 1;
  }

  const SpecializedGraph& exact_;
  const SpecializedGraph& padded_;
  const Padding& padding_;
  std::vector<int> axes_;  // per value
};

}  // namespace

absl::StatusOr<std::vector<int>> ProvePadding(const SpecializedGraph& exact,
                                              const SpecializedGraph& padded,
                                              const Padding& padding) {
  return Proof(exact, padded, padding).Run();
}

}  // namespace kairos

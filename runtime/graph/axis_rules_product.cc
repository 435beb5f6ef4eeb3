#include <algorithm>

#include "graph/axis_rules.h"
#include "graph/shape_context.h"

namespace kairos {
namespace {

// Matrix products of stacks of matrices, ONNX MatMul's rules of broadcasting.
std::optional<int64_t> ProductAxis(const AxisCut& cut, size_t a, size_t b) {
  const int64_t rank_a = Rank(cut.context, a), rank_b = Rank(cut.context, b);
  const Shape& output = cut.context.outputs[0].shape;
  const auto rank = static_cast<int64_t>(output.size());
  for (size_t i = 0; i < cut.axes.size(); ++i) {
    if (cut.IsCut(i) && i != a && i != b) return std::nullopt;
  }
  const int axis_a = cut.axes[a], axis_b = cut.axes[b];
  if (axis_a == rank_a - 2 && rank_a > 1 && axis_b == kWhole) return rank - (rank_b > 1 ? 2 : 1);
  if (axis_b == rank_b - 1 && rank_b > 1 && axis_a == kWhole) return rank - 1;
  if ((axis_a != kWhole && axis_a >= rank_a - 2) || (axis_b != kWhole && axis_b >= rank_b - 2)) {
    return std::nullopt;
  }
  // What is left are axes of the stack.
  const auto stack = [](const Shape& shape) {
    return absl::MakeConstSpan(shape).subspan(0, shape.size() < 2 ? 0 : shape.size() - 2);
  };
  const auto stack_a = stack(InputShape(cut.context, a)),
             stack_b = stack(InputShape(cut.context, b));
  const auto stack_rank = static_cast<int64_t>(std::max(stack_a.size(), stack_b.size()));
  const auto all = absl::MakeConstSpan(output).subspan(0, static_cast<size_t>(stack_rank));
  const int64_t axis = axis_a != kWhole
                           ? axis_a + stack_rank - static_cast<int64_t>(stack_a.size())
                           : axis_b + stack_rank - static_cast<int64_t>(stack_b.size());
  if (!BroadcastFollows(stack_a, axis_a, all, axis) ||
      !BroadcastFollows(stack_b, axis_b, all, axis)) {
    return std::nullopt;
  }
  return axis;
}

// A cut matrix has no scale or zero point for each of its lines.
bool HasOneScale(const AxisCut& cut, size_t matrix, std::initializer_list<size_t> inputs) {
  return !cut.IsCut(matrix) || std::all_of(inputs.begin(), inputs.end(), [&](size_t input) {
    return !HasInput(cut.context, input) || InputType(cut.context, input).element_count() == 1;
  });
}

}  // namespace

std::optional<int64_t> MatMulAxis(const AxisCut& cut) { return ProductAxis(cut, 0, 1); }

std::optional<int64_t> MatMulIntegerAxis(const AxisCut& cut) {
  if (!HasOneScale(cut, 0, {2}) || !HasOneScale(cut, 1, {3})) return std::nullopt;
  return ProductAxis(cut, 0, 1);
}

std::optional<int64_t> QLinearMatMulAxis(const AxisCut& cut) {
  if (!HasOneScale(cut, 0, {1, 2}) || !HasOneScale(cut, 3, {4, 5})) return std::nullopt;
  return ProductAxis(cut, 0, 3);
}

std::optional<int64_t> GemmAxis(const AxisCut& cut) {
  const int rows = cut.context.node.attributes.Int("transA", 0) != 0 ? 1 : 0;
  const int columns = cut.context.node.attributes.Int("transB", 0) != 0 ? 0 : 1;
  std::optional<int64_t> axis;
  if (cut.axes[0] == rows && cut.axes[1] == kWhole) axis = 0;
  if (cut.axes[1] == columns && cut.axes[0] == kWhole) axis = 1;
  if (!axis.has_value() || !HasInput(cut.context, 2)) return axis;
  if (!BroadcastFollows(InputShape(cut.context, 2), cut.axes[2], cut.context.outputs[0].shape,
                        *axis)) {
    return std::nullopt;
  }
  return axis;
}

}  // namespace kairos

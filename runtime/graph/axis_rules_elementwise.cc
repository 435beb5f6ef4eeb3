#include <cstring>

#include "graph/axis_rules.h"
#include "graph/shape_context.h"

namespace kairos {

bool BroadcastFollows(absl::Span<const int64_t> shape, int axis,
                      absl::Span<const int64_t> output_shape, int64_t output_axis) {
  // Shapes are aligned at their last axes.
  const auto offset =
      static_cast<int64_t>(output_shape.size()) - static_cast<int64_t>(shape.size());
  if (output_axis == kWhole) return axis == kWhole;
  const int64_t own = output_axis - offset;
  if (axis == kWhole) return own < 0 || shape[static_cast<size_t>(own)] == 1;
  return axis == own &&
         shape[static_cast<size_t>(own)] == output_shape[static_cast<size_t>(output_axis)];
}

std::optional<int64_t> ElementwiseAxis(const AxisCut& cut) {
  const Shape& output = cut.context.outputs[0].shape;
  std::optional<int64_t> axis;
  for (size_t i = 0; i < cut.axes.size() && !axis.has_value(); ++i) {
    if (!cut.IsCut(i)) continue;
    axis = cut.axes[i] + static_cast<int64_t>(output.size()) - Rank(cut.context, i);
  }
  for (size_t i = 0; i < cut.axes.size(); ++i) {
    if (!HasInput(cut.context, i)) continue;
    if (!BroadcastFollows(InputShape(cut.context, i), cut.axes[i], output, *axis)) {
      return std::nullopt;
    }
  }
  return axis;
}

std::optional<int64_t> KeptAxis(const AxisCut& cut) {
  if (!cut.OnlyCut(0)) return std::nullopt;
  return cut.axes[0];
}

// Of input 1 nothing but the type counts.
std::optional<int64_t> CastLikeAxis(const AxisCut& cut) { return cut.axes[0]; }

std::optional<int64_t> DropoutAxis(const AxisCut& cut) {
  if (HasInput(cut.context, 2)) {
    const void* training = cut.context.inputs[2].data;
    if (training == nullptr || *static_cast<const uint8_t*>(training) != 0) return std::nullopt;
  }
  return KeptAxis(cut);
}

std::optional<int64_t> BatchNormalizationAxis(const AxisCut& cut) {
  const bool training = cut.context.node.attributes.Int("training_mode", 0) != 0;
  if (training || cut.axes[0] == 1) return std::nullopt;
  return KeptAxis(cut);
}

std::optional<int64_t> QuantizeAxis(const AxisCut& cut) {
  const bool per_tensor = InputType(cut.context, 1).element_count() == 1;
  const auto channels = AxisAttribute(cut.context, 1, Rank(cut.context, 0));
  if (!per_tensor && (!channels.ok() || *channels == cut.axes[0])) return std::nullopt;
  return KeptAxis(cut);
}

}  // namespace kairos

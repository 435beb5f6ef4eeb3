#include "onednn/own/conv_shape.h"

#include <algorithm>

namespace kairos::onednn::own {
namespace {

bool IsImage(const Operand& operand) {
  const TensorType& type = operand.type;
  return type.dtype == DType::kFloat32 && type.shape.size() == 4 && type.element_count() > 0 &&
         SameMemoryOrder(type.shape, type.layout, Layout::kChannelsLast);
}

std::array<int64_t, 2> Pair(absl::Span<const int64_t> values) {
  return values.size() < 2 ? std::array<int64_t, 2>{1, 1} : std::array{values[0], values[1]};
}

// Pixels in front of the image that the first window covers; `missing` are those of both ends.
int64_t PadBegin(const Attributes& attributes, size_t axis, int64_t missing) {
  const absl::string_view auto_pad = attributes.String("auto_pad", "NOTSET");
  missing = std::max<int64_t>(missing, 0);
  if (auto_pad == "VALID") return 0;
  if (auto_pad == "SAME_UPPER") return missing / 2;
  if (auto_pad == "SAME_LOWER") return missing - missing / 2;
  const absl::Span<const int64_t> pads = attributes.Ints("pads");
  return axis < pads.size() ? pads[axis] : 0;
}

}  // namespace

absl::StatusOr<ConvShape> ConvShapeOf(const KernelRequest& request) {
  const Operand& weights = request.inputs[kConvWeights];
  if (!IsImage(request.inputs[kConvInput]) || !IsImage(request.outputs[0])) {
    return Refuse(request, "no channels-last images of float32");
  }
  if (!weights.constant || weights.type.dtype != DType::kFloat32) {
    return Refuse(request, "weights that are not constant float32");
  }
  ConvShape shape;
  shape.has_bias = HasInput(request, kConvBias);
  if (shape.has_bias && request.inputs[kConvBias].type.dtype != DType::kFloat32) {
    return Refuse(request, "bias is not float32");
  }
  const Attributes& attributes = request.node->attributes;
  const Shape& in = request.inputs[kConvInput].type.shape;
  const Shape& out = request.outputs[0].type.shape;
  shape.images = in[0];
  shape.in_channels = in[1];
  shape.out_channels = out[1];
  shape.groups = attributes.Int("group", 1);
  shape.in = {in[2], in[3]};
  shape.out = {out[2], out[3]};
  shape.kernel = {weights.type.shape[2], weights.type.shape[3]};
  shape.strides = Pair(attributes.Ints("strides"));
  shape.dilations = Pair(attributes.Ints("dilations"));
  for (size_t i = 0; i < 2; ++i) {
    const int64_t reach = (shape.kernel[i] - 1) * shape.dilations[i] + 1;
    const int64_t missing = (shape.out[i] - 1) * shape.strides[i] + reach - shape.in[i];
    shape.pads_begin[i] = PadBegin(attributes, i, missing);
  }
  return shape;
}

}  // namespace kairos::onednn::own

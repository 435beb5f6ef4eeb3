#include "onednn/own/conv_shape.h"

#include "onednn/library/window.h"

namespace kairos::onednn::own {
namespace {

bool IsImage(const Operand& operand) {
  const TensorType& type = operand.type;
  return type.dtype == DType::kFloat32 && type.shape.size() == 4 && type.element_count() > 0 &&
         SameMemoryOrder(type.shape, type.layout, Layout::kChannelsLast);
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
  const Shape& in = request.inputs[kConvInput].type.shape;
  const Shape& out = request.outputs[0].type.shape;
  const absl::Span<const int64_t> kernel = absl::MakeConstSpan(weights.type.shape).subspan(2);
  const Window window = MakeWindow(*request.node, kernel, in, out, /*transposed=*/false);
  shape.images = in[0];
  shape.in_channels = in[1];
  shape.out_channels = out[1];
  shape.groups = request.node->attributes.Int("group", 1);
  for (size_t i = 0; i < 2; ++i) {
    shape.in[i] = in[i + 2];
    shape.out[i] = out[i + 2];
    shape.kernel[i] = kernel[i];
    shape.strides[i] = window.strides[i];
    shape.dilations[i] = window.dilations[i] + 1;
    shape.pads_begin[i] = window.pads_begin[i];
  }
  return shape;
}

}  // namespace kairos::onednn::own

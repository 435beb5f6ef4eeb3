// Resize in the modes where the library computes what ONNX says.
#include <cmath>

#include "onednn/library/checks.h"
#include "onednn/library/makers.h"

namespace kairos::onednn {
namespace {

constexpr size_t kScales = 2;

// Whether the scale that is given for each axis is the quotient of its sizes: the library uses
// that.
bool ScalesAreQuotients(const KernelRequest& request) {
  if (!HasInput(request, kScales) || request.inputs[kScales].type.element_count() == 0) return true;
  const Operand& scales = request.inputs[kScales];
  const Shape& in = request.inputs[0].type.shape;
  const Shape& out = request.outputs[0].type.shape;
  if (scales.data == nullptr || scales.type.element_count() != static_cast<int64_t>(in.size())) {
    return false;
  }
  const auto* values = static_cast<const float*>(scales.data);
  for (size_t i = 0; i < in.size(); ++i) {
    const double product = static_cast<double>(values[i]) * static_cast<double>(in[i]);
    if (std::abs(product - static_cast<double>(out[i])) > 1e-6 * product) return false;
  }
  return true;
}

bool IsWholeUpscale(const KernelRequest& request) {
  const Shape& in = request.inputs[0].type.shape;
  const Shape& out = request.outputs[0].type.shape;
  for (size_t i = 2; i < in.size(); ++i) {
    if (out[i] % in[i] != 0) return false;
  }
  return true;
}

// Each input element is repeated a whole number of times, and the mode's rounding agrees.
absl::Status CheckNearest(const KernelRequest& request) {
  const Attributes& attributes = request.node->attributes;
  const auto rounding = attributes.String("nearest_mode", "round_prefer_floor");
  const auto transform = attributes.String("coordinate_transformation_mode", "half_pixel");
  const bool half_pixel = transform == "half_pixel" || transform == "half_pixel_symmetric";
  const bool repeats = half_pixel
                           ? rounding == "round_prefer_floor" || rounding == "round_prefer_ceil"
                           : transform == "asymmetric" && rounding == "floor";
  if (repeats && IsWholeUpscale(request)) return absl::OkStatus();
  return Refuse(request, "nearest with ", transform, " and ", rounding, " from ",
                ShapeString(request.inputs[0].shape()), " to ",
                ShapeString(request.outputs[0].shape()));
}

absl::Status CheckLinear(const KernelRequest& request) {
  const auto transform =
      request.node->attributes.String("coordinate_transformation_mode", "half_pixel");
  if (transform == "half_pixel") return absl::OkStatus();
  return Refuse(request, "linear with ", transform, ", expected half_pixel");
}

}  // namespace

absl::Status SupportsResize(const KernelRequest& request) {
  if (!request.node->post_ops.empty()) return Refuse(request, "takes no post-ops");
  absl::Status operands = CheckSpatial(request, {0});
  if (!operands.ok()) return operands;
  const Attributes& attributes = request.node->attributes;
  const Shape& in = request.inputs[0].type.shape;
  const Shape& out = request.outputs[0].type.shape;
  if (attributes.Int("antialias", 0) != 0) return Refuse(request, "antialias");
  if (!attributes.Ints("axes").empty()) return Refuse(request, "axes");
  if (in[0] != out[0] || in[1] != out[1]) return Refuse(request, "batch or channels are resized");
  if (!ScalesAreQuotients(request)) {
    return Refuse(request, "scales are not known, or not the quotients of the sizes");
  }
  const auto mode = attributes.String("mode", "nearest");
  if (mode == "nearest") return CheckNearest(request);
  if (mode == "linear") return CheckLinear(request);
  return Refuse(request, "mode ", mode);
}

MadeKernel MakeResize(const KernelRequest& request, absl::string_view frozen) {
  const TensorType& out = request.outputs[0].type;
  const Layout layout = SpatialLayout(out.shape.size());
  const auto algorithm = request.node->attributes.String("mode", "nearest") == "linear"
                             ? dnnl_resampling_linear
                             : dnnl_resampling_nearest;
  KernelBuilder builder(request, {"resize"}, MoveOperations(out), frozen);
  const Bound src = builder.InputAs(0, request.inputs[0].shape(), layout);
  const Bound dst = builder.OutputAs(out.shape, layout);
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  return builder.Build([&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t,
                           const_dnnl_primitive_attr_t attr) {
    return dnnl_resampling_forward_primitive_desc_create(desc, CpuEngine(), dnnl_forward_inference,
                                                         algorithm, nullptr, src.desc.get(),
                                                         dst.desc.get(), attr);
  });
}

}  // namespace kairos::onednn

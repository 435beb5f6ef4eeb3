#include "onednn/library/checks.h"
#include "onednn/library/makers.h"
#include "onednn/library/window.h"

namespace kairos::onednn {
namespace {

dnnl_alg_kind_t Algorithm(const Node& node) {
  if (node.op == "MaxPool" || node.op == "GlobalMaxPool") return dnnl_pooling_max;
  return node.attributes.Int("count_include_pad", 0) != 0 ? dnnl_pooling_avg_include_padding
                                                          : dnnl_pooling_avg_exclude_padding;
}

Window WindowOf(const KernelRequest& request) {
  return MakeWindow(*request.node, request.node->attributes.Ints("kernel_shape"),
                    request.inputs[0].type.shape, request.outputs[0].type.shape,
                    /*transposed=*/false);
}

MadeKernel Make(const KernelRequest& request, const Window& window, Layout layout,
                absl::string_view frozen) {
  const double operations =
      static_cast<double>(request.outputs[0].type.element_count()) * window.kernel_size();
  KernelBuilder builder(request, {"pool", kPointwiseBytes}, operations, frozen);
  const Bound src = builder.InputAs(0, request.inputs[0].shape(), layout);
  const Bound dst = builder.OutputAs(request.outputs[0].shape(), layout);
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  return builder.Build(
      [&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t, const_dnnl_primitive_attr_t attr) {
        return dnnl_pooling_forward_primitive_desc_create(
            desc, CpuEngine(), dnnl_forward_inference, Algorithm(*request.node), src.desc.get(),
            dst.desc.get(), window.strides, window.kernel, window.dilations, window.pads_begin,
            window.pads_end, attr);
      });
}

}  // namespace

absl::Status SupportsPool(const KernelRequest& request) {
  if (!request.node->post_ops.empty()) return Refuse(request, "takes no post-ops");
  absl::Status operands = CheckSpatial(request, {0});
  if (!operands.ok()) return operands;
  // The library counts what lies beyond the pads, ONNX does not.
  if (Algorithm(*request.node) == dnnl_pooling_avg_include_padding &&
      WindowOf(request).passes_end_pads) {
    return Refuse(request, "count_include_pad with windows beyond the pads");
  }
  return absl::OkStatus();
}

MadeKernel MakePool(const KernelRequest& request, absl::string_view frozen) {
  return Make(request, WindowOf(request), SpatialLayout(request.inputs[0].shape().size()), frozen);
}

absl::Status SupportsGlobalPool(const KernelRequest& request) {
  if (!request.node->post_ops.empty()) return Refuse(request, "takes no post-ops");
  absl::Status operands = CheckSpatial(request, {0});
  if (!operands.ok()) return operands;
  // Bringing the input into another layout takes longer than the pool.
  const TensorType& in = request.inputs[0].type;
  if (!SameMemoryOrder(in.shape, in.layout, Layout::kChannelsLast)) {
    return Refuse(request, "a plain input");
  }
  return absl::OkStatus();
}

MadeKernel MakeGlobalPool(const KernelRequest& request, absl::string_view frozen) {
  const Shape& in = request.inputs[0].type.shape;
  Window window;
  window.axes = in.size() - 2;
  for (size_t i = 0; i < window.axes; ++i) {
    window.kernel[i] = in[i + 2];
    window.strides[i] = 1;
  }
  return Make(request, window, SpatialLayout(in.size()), frozen);
}

}  // namespace kairos::onednn

#include "onednn/library/checks.h"
#include "onednn/library/makers.h"

namespace kairos::onednn {

absl::Status SupportsLrn(const KernelRequest& request) {
  if (!request.node->post_ops.empty()) return Refuse(request, "takes no post-ops");
  const int64_t size = request.node->attributes.Int("size", 1);
  // With an even size ONNX and the library put the window's middle at different places.
  if (size % 2 == 0) return Refuse(request, "size, got ", size, ", expected an odd one");
  return CheckSpatial(request, {0});
}

MadeKernel MakeLrn(const KernelRequest& request, absl::string_view frozen) {
  const TensorType& type = request.inputs[0].type;
  const Layout layout = SpatialLayout(type.shape.size());
  const Attributes& attributes = request.node->attributes;
  KernelBuilder builder(request, {"lrn"}, MoveOperations(type), frozen);
  const Bound src = builder.InputAs(0, type.shape, layout);
  const Bound dst = builder.OutputAs(type.shape, layout);
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  return builder.Build(
      [&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t, const_dnnl_primitive_attr_t attr) {
        return dnnl_lrn_forward_primitive_desc_create(
            desc, CpuEngine(), dnnl_forward_inference, dnnl_lrn_across_channels, src.desc.get(),
            dst.desc.get(), attributes.Int("size", 1), attributes.Float("alpha", 1e-4f),
            attributes.Float("beta", 0.75f), attributes.Float("bias", 1.0f), attr);
      });
}

}  // namespace kairos::onednn

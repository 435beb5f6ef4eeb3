#include "onednn/library/checks.h"
#include "onednn/library/makers.h"

namespace kairos::onednn {

absl::Status SupportsSoftmax(const KernelRequest& request) {
  if (request.inputs[0].shape().empty()) return Refuse(request, "a scalar");
  return CheckUnfused(request, {0});
}

MadeKernel MakeSoftmax(const KernelRequest& request, absl::string_view frozen) {
  const TensorType& type = request.inputs[0].type;
  const auto rank = static_cast<int64_t>(type.shape.size());
  const int64_t axis = request.node->attributes.Int("axis", -1);
  const auto algorithm =
      request.node->op == "LogSoftmax" ? dnnl_softmax_log : dnnl_softmax_accurate;

  KernelBuilder builder(request, {"softmax"}, MoveOperations(type), frozen);
  const Bound src = builder.Input(0);
  const Bound dst = builder.Output();
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  return builder.Build(
      [&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t, const_dnnl_primitive_attr_t attr) {
        return dnnl_softmax_forward_primitive_desc_create(
            desc, CpuEngine(), dnnl_forward_inference, algorithm, src.desc.get(), dst.desc.get(),
            static_cast<int>(axis < 0 ? axis + rank : axis), attr);
      });
}

}  // namespace kairos::onednn

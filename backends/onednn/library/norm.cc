// Normalisations with learned scale and shift.
#include "onednn/library/checks.h"
#include "onednn/library/makers.h"

namespace kairos::onednn {
namespace {

constexpr size_t kScale = 1, kShift = 2, kMean = 3, kVariance = 4;

unsigned ScaleShiftFlags(const KernelRequest& request) {
  return HasInput(request, kShift) ? dnnl_use_scale | dnnl_use_shift : dnnl_use_scale;
}

void BindScaleShift(const KernelRequest& request, int64_t size, KernelBuilder* builder) {
  builder->Bind(DNNL_ARG_SCALE, builder->InputAs(kScale, {size}, Layout::kPlain));
  if (!HasInput(request, kShift)) return;
  builder->Bind(DNNL_ARG_SHIFT, builder->InputAs(kShift, {size}, Layout::kPlain));
}

// Dimensions of the input that are normalised together: [axis, rank).
struct Split {
  int64_t outer = 1, inner = 1;
};

Split SplitAtAxis(const KernelRequest& request) {
  const Shape& shape = request.inputs[0].type.shape;
  const auto rank = static_cast<int64_t>(shape.size());
  const int64_t axis = request.node->attributes.Int("axis", -1);
  const auto first = static_cast<size_t>(axis < 0 ? axis + rank : axis);
  const auto dims = absl::MakeConstSpan(shape);
  return {ElementCount(dims.first(first)), ElementCount(dims.subspan(first))};
}

}  // namespace

absl::Status SupportsBatchNorm(const KernelRequest& request) {
  if (request.node->attributes.Int("training_mode", 0) != 0)
    return Refuse(request, "training_mode");
  const size_t rank = request.inputs[0].shape().size();
  if (rank < 2 || rank > 5)
    return Refuse(request, "rank of input 0, got ", rank, ", expected 2 to 5");
  return CheckUnfused(request, {0, kScale, kShift, kMean, kVariance});
}

MadeKernel MakeBatchNorm(const KernelRequest& request, absl::string_view frozen) {
  const TensorType& type = request.inputs[0].type;
  const Layout layout = SpatialLayout(type.shape.size());
  const int64_t channels = type.shape[1];
  KernelBuilder builder(request, {"batch_norm"}, MoveOperations(type), frozen);
  const Bound src = builder.InputAs(0, type.shape, layout);
  const Bound dst = builder.OutputAs(type.shape, layout);
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  BindScaleShift(request, channels, &builder);
  builder.Bind(DNNL_ARG_MEAN, builder.InputAs(kMean, {channels}, Layout::kPlain));
  builder.Bind(DNNL_ARG_VARIANCE, builder.InputAs(kVariance, {channels}, Layout::kPlain));
  return builder.Build(
      [&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t, const_dnnl_primitive_attr_t attr) {
        return dnnl_batch_normalization_forward_primitive_desc_create(
            desc, CpuEngine(), dnnl_forward_inference, src.desc.get(), dst.desc.get(),
            request.node->attributes.Float("epsilon", 1e-5f),
            dnnl_use_global_stats | ScaleShiftFlags(request), attr);
      });
}

absl::Status SupportsLayerNorm(const KernelRequest& request) {
  absl::Status operands = CheckUnfused(request, {0, kScale, kShift});
  if (!operands.ok()) return operands;
  const int64_t inner = SplitAtAxis(request).inner;
  for (size_t i : {kScale, kShift}) {
    if (!HasInput(request, i) || request.inputs[i].type.element_count() == inner) continue;
    return Refuse(request, "elements of input ", i, ", got ",
                  request.inputs[i].type.element_count(), ", expected ", inner);
  }
  return absl::OkStatus();
}

MadeKernel MakeLayerNorm(const KernelRequest& request, absl::string_view frozen) {
  const Split split = SplitAtAxis(request);
  KernelBuilder builder(request, {"layer_norm"}, MoveOperations(request.inputs[0].type), frozen);
  const Bound src = builder.InputAs(0, {split.outer, split.inner}, Layout::kPlain);
  const Bound dst = builder.OutputAs({split.outer, split.inner}, Layout::kPlain);
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  BindScaleShift(request, split.inner, &builder);
  return builder.Build(
      [&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t, const_dnnl_primitive_attr_t attr) {
        return dnnl_layer_normalization_forward_primitive_desc_create(
            desc, CpuEngine(), dnnl_forward_inference, src.desc.get(), dst.desc.get(), nullptr,
            request.node->attributes.Float("epsilon", 1e-5f), ScaleShiftFlags(request), attr);
      });
}

absl::Status SupportsGroupNorm(const KernelRequest& request) {
  if (!request.node->post_ops.empty()) return Refuse(request, "takes no post-ops");
  return CheckSpatial(request, {0, kScale, kShift});
}

MadeKernel MakeGroupNorm(const KernelRequest& request, absl::string_view frozen) {
  const TensorType& type = request.inputs[0].type;
  const int64_t channels = type.shape[1];
  const bool instance = request.node->op == "InstanceNormalization";
  const int64_t groups = instance ? channels : request.node->attributes.Int("num_groups", channels);
  KernelBuilder builder(request, {"group_norm"}, MoveOperations(type), frozen);
  const Bound src = builder.Input(0);
  const Bound dst = builder.Output();
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  BindScaleShift(request, channels, &builder);
  return builder.Build(
      [&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t, const_dnnl_primitive_attr_t attr) {
        return dnnl_group_normalization_forward_primitive_desc_create(
            desc, CpuEngine(), dnnl_forward_inference, src.desc.get(), dst.desc.get(), groups,
            request.node->attributes.Float("epsilon", 1e-5f), ScaleShiftFlags(request), attr);
      });
}

}  // namespace kairos::onednn

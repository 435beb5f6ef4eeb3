// Conv and ConvTranspose, 1-d to 3-d: activations channels-last, weights in the library's layout.
#include <algorithm>

#include "onednn/library/checks.h"
#include "onednn/library/makers.h"
#include "onednn/library/window.h"
#include "onednn/post_ops.h"

namespace kairos::onednn {
namespace {

constexpr size_t kWeights = 1, kBias = 2;

absl::Status Check(const KernelRequest& request) {
  absl::Status operands = CheckSpatial(request, {0, kWeights, kBias});
  if (!operands.ok()) return operands;
  return CheckPostOps(request);
}

double Operations(const KernelRequest& request, const Window& window) {
  // Each element of the wide side of the weights meets the window once per output (or input) pixel.
  const Shape& weights = request.inputs[kWeights].type.shape;
  const Shape& narrow =
      request.node->op == "Conv" ? request.outputs[0].type.shape : request.inputs[0].type.shape;
  return 2.0 * static_cast<double>(ElementCount(narrow)) * static_cast<double>(weights[1]) *
         window.kernel_size();
}

// [G, O/G, I/G, D...], or without G when there is one group: the library's order of dimensions.
struct WeightsDims {
  Shape dims, strides;
};

WeightsDims GroupedWeights(const Shape& shape, int64_t groups, bool transposed) {
  const Shape dense = DenseStrides(shape, Layout::kPlain);
  // ONNX has [O, I/G, D...], transposed [I, O/G, D...].
  const int64_t outer = shape[0] / groups, inner = shape[1];
  WeightsDims result;
  if (groups > 1) {
    result.dims.push_back(groups);
    result.strides.push_back(outer * dense[0]);
  }
  const size_t first = result.dims.size();
  result.dims.insert(result.dims.end(), {outer, inner});
  result.strides.insert(result.strides.end(), {dense[0], dense[1]});
  if (transposed) {
    std::swap(result.dims[first], result.dims[first + 1]);
    std::swap(result.strides[first], result.strides[first + 1]);
  }
  result.dims.insert(result.dims.end(), shape.begin() + 2, shape.end());
  result.strides.insert(result.strides.end(), dense.begin() + 2, dense.end());
  return result;
}

using Create = decltype(dnnl_convolution_forward_primitive_desc_create);

MadeKernel Make(const KernelRequest& request, const KernelKind& kind, bool transposed,
                Create* create, dnnl_alg_kind_t algorithm, absl::string_view frozen) {
  const Shape& in = request.inputs[0].type.shape;
  const Shape& out = request.outputs[0].type.shape;
  const TensorType& weights = request.inputs[kWeights].type;
  const Window window = MakeWindow(*request.node, absl::MakeConstSpan(weights.shape).subspan(2),
                                   transposed ? out : in, transposed ? in : out, transposed);
  const Layout layout = SpatialLayout(in.size());

  KernelBuilder builder(request, kind, Operations(request, window), frozen);
  const Bound src = builder.InputAs(0, in, layout);
  const Bound dst = builder.OutputAs(out, layout);
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  Bound bias;
  if (HasInput(request, kBias)) {
    bias = builder.Input(kBias);
    builder.Bind(DNNL_ARG_BIAS, bias);
  }
  const WeightsDims dims =
      GroupedWeights(weights.shape, request.node->attributes.Int("group", 1), transposed);
  builder.BindWeights(kWeights, StridedDesc(weights.dtype, dims.dims, dims.strides),
                      KernelBuilder::Weights::kAnyLayout);
  AddPostOps(request, layout, &builder);
  return builder.Build([&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t packed,
                           const_dnnl_primitive_attr_t attr) {
    return create(desc, CpuEngine(), dnnl_forward_inference, algorithm, src.desc.get(), packed,
                  bias.desc.get(), dst.desc.get(), window.strides, window.dilations,
                  window.pads_begin, window.pads_end, attr);
  });
}

}  // namespace

absl::Status SupportsConv(const KernelRequest& request) { return Check(request); }

MadeKernel MakeConv(const KernelRequest& request, absl::string_view frozen) {
  return Make(request, {"conv", kConvBytes}, /*transposed=*/false,
              dnnl_convolution_forward_primitive_desc_create, dnnl_convolution_direct, frozen);
}

absl::Status SupportsConvTranspose(const KernelRequest& request) { return Check(request); }

MadeKernel MakeConvTranspose(const KernelRequest& request, absl::string_view frozen) {
  return Make(request, {"conv_transpose", kConvBytes}, /*transposed=*/true,
              dnnl_deconvolution_forward_primitive_desc_create, dnnl_deconvolution_direct, frozen);
}

}  // namespace kairos::onednn

// MatMul, and Gemm as a MatMul with strides, scales and a bias.
#include <algorithm>

#include "onednn/library/checks.h"
#include "onednn/library/makers.h"
#include "onednn/library/matmul_shape.h"
#include "onednn/post_ops.h"

namespace kairos::onednn {
namespace {

constexpr size_t kSrc = 0, kWeights = 1, kBias = 2;

MadeKernel BuildMatMul(KernelBuilder& builder, const Bound& src, const Bound& bias,
                       const Bound& dst) {
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  if (bias.desc != nullptr) builder.Bind(DNNL_ARG_BIAS, bias);
  return builder.Build([&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t weights,
                           const_dnnl_primitive_attr_t attr) {
    return dnnl_matmul_primitive_desc_create(desc, CpuEngine(), src.desc.get(), weights,
                                             bias.desc.get(), dst.desc.get(), attr);
  });
}

// Row-major [rows, columns] of the matrix, or of its transpose.
Shape MatrixStrides(const Shape& shape, bool transposed) {
  return transposed ? Shape{1, shape[1]} : Shape{shape[1], 1};
}

Shape Transposed(const Shape& shape, bool transposed) {
  return transposed ? Shape{shape[1], shape[0]} : shape;
}

struct Scales {
  float alpha = 1, beta = 1;
};

Scales GemmScales(const KernelRequest& request) {
  Scales scales{request.node->attributes.Float("alpha", 1.0f),
                request.node->attributes.Float("beta", 1.0f)};
  if (!HasInput(request, kBias)) scales.beta = 0;
  return scales;
}

// alpha * x + beta * c with a c that is not simply a bias: ((alpha / beta) * x + c) * beta.
void AddScaled(const KernelRequest& request, const Scales& scales, const Shape& dst,
               KernelBuilder* builder) {
  const float before = scales.beta == 0 ? scales.alpha : scales.alpha / scales.beta;
  if (before != 1) builder->Eltwise(dnnl_eltwise_linear, before, 0);
  if (scales.beta == 0) return;
  const Shape c = AlignedShape(request.inputs[kBias].shape(), dst.size());
  builder->Binary(dnnl_binary_add, builder->InputAs(kBias, c, Layout::kPlain));
  if (scales.beta != 1) builder->Eltwise(dnnl_eltwise_linear, scales.beta, 0);
}

}  // namespace

absl::Status SupportsMatMul(const KernelRequest& request) {
  absl::Status operands = CheckOperands(request, {kSrc, kWeights});
  if (!operands.ok()) return operands;
  return CheckPostOps(request);
}

MadeKernel MakeMatMul(const KernelRequest& request, absl::string_view frozen) {
  const MatMulShape shape(request);
  KernelBuilder builder(request, {"matmul", kMatMulBytes}, shape.operations(), frozen);
  const Bound src = builder.InputAs(kSrc, shape.src(), Layout::kPlain);
  const Bound dst = builder.OutputAs(shape.dst(), Layout::kPlain);
  builder.BindWeights(
      kWeights, DenseDesc(request.inputs[kWeights].type.dtype, shape.weights(), Layout::kPlain),
      KernelBuilder::Weights::kPlainIfVariable);
  AddPostOps(
      request, Layout::kPlain, [&](const Shape& aligned) { return shape.Operand(aligned); },
      &builder);
  return BuildMatMul(builder, src, {}, dst);
}

absl::Status SupportsGemm(const KernelRequest& request) {
  absl::Status operands = CheckOperands(request, {kSrc, kWeights, kBias});
  if (!operands.ok()) return operands;
  return CheckPostOps(request);
}

MadeKernel MakeGemm(const KernelRequest& request, absl::string_view frozen) {
  const Attributes& attributes = request.node->attributes;
  const Shape& a = request.inputs[kSrc].type.shape;
  const TensorType& b = request.inputs[kWeights].type;
  const Shape& c = request.outputs[0].type.shape;
  const bool trans_a = attributes.Int("transA", 0) != 0, trans_b = attributes.Int("transB", 0) != 0;
  const Shape src_dims = Transposed(a, trans_a);
  const double operations =
      2.0 * static_cast<double>(ElementCount(c)) * static_cast<double>(src_dims[1]);

  KernelBuilder builder(request, {"gemm", kMatMulBytes}, operations, frozen);
  const Bound src = builder.InputStrided(kSrc, src_dims, MatrixStrides(a, trans_a));
  const Bound dst = builder.Output();
  builder.BindWeights(
      kWeights, StridedDesc(b.dtype, Transposed(b.shape, trans_b), MatrixStrides(b.shape, trans_b)),
      KernelBuilder::Weights::kPlainIfVariable);
  const Scales scales = GemmScales(request);
  Bound bias;
  const bool row = scales.alpha == 1 && scales.beta == 1 &&
                   AlignedShape(request.inputs[kBias].shape(), 2) == Shape{1, c[1]};
  if (row) {
    bias = builder.InputAs(kBias, {1, c[1]}, Layout::kPlain);
  } else {
    AddScaled(request, scales, c, &builder);
  }
  AddPostOps(request, Layout::kPlain, &builder);
  return BuildMatMul(builder, src, bias, dst);
}

}  // namespace kairos::onednn

#include "onednn/post_ops.h"

#include <cfloat>
#include <string>

#include "absl/strings/str_cat.h"

namespace kairos::onednn {
namespace {

// The library's 32, less the ones that an operator and its reversed forms add.
constexpr size_t kMaxPostOps = 16;

struct Parameter {
  absl::string_view attribute;  // empty: always `value`
  float value = 0;              // when the attribute is absent
};

struct UnaryRow {
  absl::string_view op;
  dnnl_alg_kind_t algorithm;
  Parameter alpha, beta;
};

constexpr UnaryRow kUnary[] = {
    {"Relu", dnnl_eltwise_relu, {}, {}},
    {"LeakyRelu", dnnl_eltwise_relu, {"alpha", 0.01f}, {}},
    {"Clip", dnnl_eltwise_clip, {"min", -FLT_MAX}, {"max", FLT_MAX}},
    {"Sigmoid", dnnl_eltwise_logistic, {}, {}},
    {"Tanh", dnnl_eltwise_tanh, {}, {}},
    {"HardSwish", dnnl_eltwise_hardswish, {"", 1.0f / 6}, {"", 0.5f}},
    {"HardSigmoid", dnnl_eltwise_hardsigmoid, {"alpha", 0.2f}, {"beta", 0.5f}},
    {"Gelu", dnnl_eltwise_gelu_erf, {}, {}},
    {"Swish", dnnl_eltwise_swish, {"alpha", 1.0f}, {}},
    {"Elu", dnnl_eltwise_elu, {"alpha", 1.0f}, {}},
    {"Exp", dnnl_eltwise_exp, {}, {}},
    {"Sqrt", dnnl_eltwise_sqrt, {}, {}},
    {"Abs", dnnl_eltwise_abs, {}, {}},
    {"Softplus", dnnl_eltwise_soft_relu, {"", 1.0f}, {}},
    {"Mish", dnnl_eltwise_mish, {}, {}},
};

struct BinaryRow {
  absl::string_view op;
  dnnl_alg_kind_t algorithm;
  // op(operand, x) as a unary operator on x, then a binary one: b - x = -x + b, b / x = x^-1 * b.
  dnnl_alg_kind_t first_unary = dnnl_alg_kind_undef;
  float first_alpha = 0, first_beta = 0;
  dnnl_alg_kind_t first_algorithm = dnnl_alg_kind_undef;
};

constexpr BinaryRow kBinary[] = {
    {"Add", dnnl_binary_add},
    {"Mul", dnnl_binary_mul},
    {"Max", dnnl_binary_max},
    {"Min", dnnl_binary_min},
    {"Sub", dnnl_binary_sub, dnnl_eltwise_linear, -1.0f, 0.0f, dnnl_binary_add},
    {"Div", dnnl_binary_div, dnnl_eltwise_pow, 1.0f, -1.0f, dnnl_binary_mul},
};

template <typename Row, size_t N>
const Row* FindRow(const Row (&rows)[N], absl::string_view op) {
  for (const Row& row : rows) {
    if (row.op == op) return &row;
  }
  return nullptr;
}

float Value(const Parameter& parameter, const PostOp& post) {
  return parameter.attribute.empty() ? parameter.value
                                     : post.attributes.Float(parameter.attribute, parameter.value);
}

dnnl_alg_kind_t Algorithm(const UnaryRow& row, const PostOp& post) {
  const bool tanh = post.op == "Gelu" && post.attributes.String("approximate", "none") == "tanh";
  return tanh ? dnnl_eltwise_gelu_tanh : row.algorithm;
}

// Whether broadcasting `shape` to `to` is all that is needed.
bool BroadcastsTo(const Shape& shape, absl::Span<const int64_t> to) {
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1 && shape[i] != to[i]) return false;
  }
  return true;
}

void AddBinary(const KernelRequest& request, const PostOp& post, Layout layout, OperandShape shape,
               KernelBuilder* builder) {
  const auto index = static_cast<size_t>(post.operand);
  const absl::Span<const int64_t> output = request.outputs[0].shape();
  const Shape aligned = AlignedShape(request.inputs[index].shape(), output.size());
  const std::optional<Shape> seen = shape(aligned);
  if (!BroadcastsTo(aligned, output) || !seen.has_value()) {
    return builder->Fail(
        absl::UnimplementedError(absl::StrCat("onednn: post-op ", post.op, ": operand shape, got ",
                                              ShapeString(request.inputs[index].shape()),
                                              ", expected one that the library "
                                              "can broadcast to ",
                                              ShapeString(output))));
  }
  const BinaryRow& row = *FindRow(kBinary, post.op);
  const bool reversed = post.operand_first && row.first_unary != dnnl_alg_kind_undef;
  const Bound operand = builder->InputAs(index, *seen, layout);
  if (reversed) builder->Eltwise(row.first_unary, row.first_alpha, row.first_beta);
  builder->Binary(reversed ? row.first_algorithm : row.algorithm, operand);
}

}  // namespace

Shape AlignedShape(absl::Span<const int64_t> shape, size_t rank) {
  Shape aligned(rank > shape.size() ? rank - shape.size() : 0, 1);
  aligned.insert(aligned.end(), shape.begin(), shape.end());
  return aligned;
}

absl::Status CheckPostOps(const KernelRequest& request) {
  const std::vector<PostOp>& chain = request.node->post_ops;
  if (chain.size() > kMaxPostOps) {
    return absl::UnimplementedError(
        absl::StrCat("onednn: post-ops, got ", chain.size(), ", expected at most ", kMaxPostOps));
  }
  for (const PostOp& post : chain) {
    if (post.operand < 0 && FindRow(kUnary, post.op) != nullptr) continue;
    const bool binary = post.operand >= 0 && FindRow(kBinary, post.op) != nullptr;
    if (!binary) {
      return absl::UnimplementedError(
          absl::StrCat("onednn: post-op ", post.op, ": the library has none"));
    }
    const TensorType& operand = request.inputs[static_cast<size_t>(post.operand)].type;
    if (operand.dtype != DType::kFloat32) {
      return absl::UnimplementedError(absl::StrCat("onednn: post-op ", post.op,
                                                   ": operand of element type ",
                                                   DTypeName(operand.dtype), ", expected float32"));
    }
    const size_t rank = operand.shape.size();
    if (rank > request.outputs[0].shape().size()) {
      return absl::UnimplementedError(absl::StrCat("onednn: post-op ", post.op, ": operand rank ",
                                                   rank, " is above the output's"));
    }
  }
  return absl::OkStatus();
}

void AddPostOps(const KernelRequest& request, Layout layout, OperandShape shape,
                KernelBuilder* builder) {
  for (const PostOp& post : request.node->post_ops) {
    if (post.operand >= 0) {
      AddBinary(request, post, layout, shape, builder);
      continue;
    }
    const UnaryRow& row = *FindRow(kUnary, post.op);
    builder->Eltwise(Algorithm(row, post), Value(row.alpha, post), Value(row.beta, post));
  }
}

void AddPostOps(const KernelRequest& request, Layout layout, KernelBuilder* builder) {
  AddPostOps(
      request, layout, [](const Shape& aligned) { return std::optional<Shape>(aligned); }, builder);
}

}  // namespace kairos::onednn

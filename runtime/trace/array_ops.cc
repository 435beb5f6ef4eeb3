#include "kairos/array_ops.h"

#include <algorithm>
#include <utility>

namespace kairos {
namespace {

// ONNX's window attributes; what is empty is left out, which means the default.
void SetSizes(const char* name, const Sizes& sizes, Attributes* attributes) {
  if (!sizes.empty()) attributes->Set(name, sizes);
}

Attributes ConvAttributes(const ConvOptions& options) {
  Attributes attributes;
  attributes.Set("group", options.group);
  SetSizes("strides", options.strides, &attributes);
  SetSizes("pads", options.pads, &attributes);
  SetSizes("dilations", options.dilations, &attributes);
  return attributes;
}

Attributes PoolAttributes(const Sizes& kernel, const PoolOptions& options) {
  Attributes attributes;
  attributes.Set("kernel_shape", kernel);
  attributes.Set("ceil_mode", int64_t{options.ceil_mode});
  SetSizes("strides", options.strides, &attributes);
  SetSizes("pads", options.pads, &attributes);
  SetSizes("dilations", options.dilations, &attributes);
  return attributes;
}

Array Reduce(const char* op, const Array& x, const Sizes& axes, bool keepdims) {
  const Array chosen = axes.empty() ? Array() : Int64s(axes);
  return Op(op, {x, chosen}, {{"keepdims", int64_t{keepdims}}});
}

}  // namespace

Array Abs(const Array& x) { return Op("Abs", {x}); }
Array Erf(const Array& x) { return Op("Erf", {x}); }
Array Exp(const Array& x) { return Op("Exp", {x}); }
Array Gelu(const Array& x) { return Op("Gelu", {x}); }
Array HardSwish(const Array& x) { return Op("HardSwish", {x}); }
Array Log(const Array& x) { return Op("Log", {x}); }
Array Relu(const Array& x) { return Op("Relu", {x}); }
Array Sigmoid(const Array& x) { return Op("Sigmoid", {x}); }
Array Sqrt(const Array& x) { return Op("Sqrt", {x}); }
Array Tanh(const Array& x) { return Op("Tanh", {x}); }
Array Max(const Array& a, const Array& b) { return Op("Max", {a, b}); }
Array Min(const Array& a, const Array& b) { return Op("Min", {a, b}); }
Array Pow(const Array& x, const Array& exponent) { return Op("Pow", {x, exponent}); }
Array Pow(const Array& x, double exponent) { return Pow(x, ScalarLike(exponent, x)); }
Array Clip(const Array& x, double low, double high) {
  return Op("Clip", {x, ScalarLike(low, x), ScalarLike(high, x)});
}
Array Where(const Array& condition, const Array& a, const Array& b) {
  return Op("Where", {condition, a, b});
}
Array Cast(const Array& x, DType dtype) {
  return Op("Cast", {x}, {{"to", static_cast<int64_t>(dtype)}});
}

Array Conv(const Array& x, const Array& weights, const Array& bias, const ConvOptions& options) {
  return Op("Conv", {x, weights, bias}, ConvAttributes(options));
}
Array ConvTranspose(const Array& x, const Array& weights, const Array& bias,
                    const ConvOptions& options) {
  return Op("ConvTranspose", {x, weights, bias}, ConvAttributes(options));
}
Array MaxPool(const Array& x, const Sizes& kernel, const PoolOptions& options) {
  return Op("MaxPool", {x}, PoolAttributes(kernel, options));
}
Array AveragePool(const Array& x, const Sizes& kernel, const PoolOptions& options) {
  return Op("AveragePool", {x}, PoolAttributes(kernel, options));
}
Array GlobalAveragePool(const Array& x) { return Op("GlobalAveragePool", {x}); }

Array MatMul(const Array& a, const Array& b) { return Op("MatMul", {a, b}); }
Array Gemm(const Array& a, const Array& b, const Array& c, const GemmOptions& options) {
  return Op("Gemm", {a, b, c},
            {{"alpha", options.alpha},
             {"beta", options.beta},
             {"transA", int64_t{options.trans_a}},
             {"transB", int64_t{options.trans_b}}});
}

Array Softmax(const Array& x, int64_t axis) { return Op("Softmax", {x}, {{"axis", axis}}); }
Array LogSoftmax(const Array& x, int64_t axis) { return Op("LogSoftmax", {x}, {{"axis", axis}}); }
Array BatchNorm(const Array& x, const Array& scale, const Array& bias, const Array& mean,
                const Array& variance, float epsilon) {
  return Op("BatchNormalization", {x, scale, bias, mean, variance}, {{"epsilon", epsilon}});
}
Array LayerNorm(const Array& x, const Array& scale, const Array& bias, int64_t axis,
                float epsilon) {
  return Op("LayerNormalization", {x, scale, bias}, {{"axis", axis}, {"epsilon", epsilon}});
}

Array ReduceMax(const Array& x, const Sizes& axes, bool keepdims) {
  return Reduce("ReduceMax", x, axes, keepdims);
}
Array ReduceMean(const Array& x, const Sizes& axes, bool keepdims) {
  return Reduce("ReduceMean", x, axes, keepdims);
}
Array ReduceMin(const Array& x, const Sizes& axes, bool keepdims) {
  return Reduce("ReduceMin", x, axes, keepdims);
}
Array ReduceSum(const Array& x, const Sizes& axes, bool keepdims) {
  return Reduce("ReduceSum", x, axes, keepdims);
}
Array ArgMax(const Array& x, int64_t axis, bool keepdims) {
  return Op("ArgMax", {x}, {{"axis", axis}, {"keepdims", int64_t{keepdims}}});
}

Array Reshape(const Array& x, const Sizes& sizes) { return Reshape(x, Int64s(sizes)); }
Array Reshape(const Array& x, const Array& sizes) { return Op("Reshape", {x, sizes}); }
Array Flatten(const Array& x, int64_t axis) { return Op("Flatten", {x}, {{"axis", axis}}); }
Array Transpose(const Array& x, const Sizes& permutation) {
  Attributes attributes;
  SetSizes("perm", permutation, &attributes);
  return Op("Transpose", {x}, attributes);
}
Array Squeeze(const Array& x, const Sizes& axes) { return Op("Squeeze", {x, Int64s(axes)}); }
Array Unsqueeze(const Array& x, const Sizes& axes) { return Op("Unsqueeze", {x, Int64s(axes)}); }
Array Expand(const Array& x, const Array& sizes) { return Op("Expand", {x, sizes}); }
Array Concat(absl::Span<const Array> parts, int64_t axis) {
  return Op("Concat", parts, {{"axis", axis}});
}
std::vector<Array> Split(const Array& x, int count, int64_t axis) {
  return MultiOp("Split", {x}, {{"axis", axis}, {"num_outputs", count}}, count);
}
Array Gather(const Array& x, const Array& indices, int64_t axis) {
  return Op("Gather", {x, indices}, {{"axis", axis}});
}
Array Slice(const Array& x, const Sizes& starts, const Sizes& ends, const Sizes& axes) {
  return Op("Slice", {x, Int64s(starts), Int64s(ends), Int64s(axes)});
}
Array ShapeOf(const Array& x) { return Op("Shape", {x}); }

Array Int64s(const Sizes& values) {
  absl::StatusOr<Tensor> tensor =
      Tensor::Make(DType::kInt64, {static_cast<int64_t>(values.size())});
  if (!tensor.ok()) return Array::Error(tensor.status());
  std::copy(values.begin(), values.end(), tensor->as<int64_t>().begin());
  return Array(*std::move(tensor));
}

}  // namespace kairos

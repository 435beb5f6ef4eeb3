// The usual operators as functions of Arrays. Each is the ONNX operator of that name with its
// attributes and defaults; those that are missing here are one Op(...) away.
#ifndef KAIROS_ARRAY_OPS_H_
#define KAIROS_ARRAY_OPS_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

#include "kairos/array.h"

namespace kairos {

using Sizes = std::vector<int64_t>;  // sizes, axes, positions: one per dimension or axis

// ---- Element by element.
Array Abs(const Array& x);
Array Erf(const Array& x);
Array Exp(const Array& x);
Array Gelu(const Array& x);
Array HardSwish(const Array& x);
Array Log(const Array& x);
Array Relu(const Array& x);
Array Sigmoid(const Array& x);
Array Sqrt(const Array& x);
Array Tanh(const Array& x);
Array Max(const Array& a, const Array& b);
Array Min(const Array& a, const Array& b);
Array Pow(const Array& x, const Array& exponent);
Array Pow(const Array& x, double exponent);
Array Clip(const Array& x, double low, double high);
Array Where(const Array& condition, const Array& a, const Array& b);
Array Cast(const Array& x, DType dtype);

// ---- Convolution and pooling over x [N, C, D1, ...]. Empty: ONNX's defaults; `pads` are those
// before each spatial dimension, then those behind.
struct ConvOptions {
  Sizes strides = {}, pads = {}, dilations = {};
  int64_t group = 1;
};
Array Conv(const Array& x, const Array& weights, const Array& bias = {},
           const ConvOptions& options = {});
Array ConvTranspose(const Array& x, const Array& weights, const Array& bias = {},
                    const ConvOptions& options = {});
struct PoolOptions {
  Sizes strides = {}, pads = {}, dilations = {};
  bool ceil_mode = false;
};
Array MaxPool(const Array& x, const Sizes& kernel, const PoolOptions& options = {});
Array AveragePool(const Array& x, const Sizes& kernel, const PoolOptions& options = {});
Array GlobalAveragePool(const Array& x);

// ---- Matrix products.
Array MatMul(const Array& a, const Array& b);
struct GemmOptions {
  float alpha = 1, beta = 1;
  bool trans_a = false, trans_b = false;
};
// alpha * a * b + beta * c
Array Gemm(const Array& a, const Array& b, const Array& c = {}, const GemmOptions& options = {});

// ---- Normalisation.
Array Softmax(const Array& x, int64_t axis = -1);
Array LogSoftmax(const Array& x, int64_t axis = -1);
Array BatchNorm(const Array& x, const Array& scale, const Array& bias, const Array& mean,
                const Array& variance, float epsilon = 1e-5f);
// Over `axis` and all behind it.
Array LayerNorm(const Array& x, const Array& scale, const Array& bias = {}, int64_t axis = -1,
                float epsilon = 1e-5f);

// ---- Reductions; no axes means over all.
Array ReduceMax(const Array& x, const Sizes& axes = {}, bool keepdims = true);
Array ReduceMean(const Array& x, const Sizes& axes = {}, bool keepdims = true);
Array ReduceMin(const Array& x, const Sizes& axes = {}, bool keepdims = true);
Array ReduceSum(const Array& x, const Sizes& axes = {}, bool keepdims = true);
Array ArgMax(const Array& x, int64_t axis, bool keepdims = true);

// ---- Shape and movement.
// One of `sizes` may be -1: what is left. A 0 copies the size of `x` there.
Array Reshape(const Array& x, const Sizes& sizes);
Array Reshape(const Array& x, const Array& sizes);
// [product of the sizes before `axis`, product of the others]
Array Flatten(const Array& x, int64_t axis = 1);
// No permutation: reversed.
Array Transpose(const Array& x, const Sizes& permutation = {});
Array Squeeze(const Array& x, const Sizes& axes);
Array Unsqueeze(const Array& x, const Sizes& axes);
Array Expand(const Array& x, const Array& sizes);
Array Concat(absl::Span<const Array> parts, int64_t axis);
// In `count` parts as equal as can be.
std::vector<Array> Split(const Array& x, int count, int64_t axis);
Array Gather(const Array& x, const Array& indices, int64_t axis = 0);
// [starts, ends) along `axes`.
Array Slice(const Array& x, const Sizes& starts, const Sizes& ends, const Sizes& axes);
// The sizes of x as an int64 Array: unlike Array::shape(), they stay open in a trace.
Array ShapeOf(const Array& x);

// An int64 constant of rank 1.
Array Int64s(const Sizes& values);

}  // namespace kairos

#endif  // KAIROS_ARRAY_OPS_H_

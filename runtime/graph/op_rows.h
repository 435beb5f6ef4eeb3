// The rows of the operator table, by family, and what their files need to write them shortly.
// FindOp() is the way to read them.
#ifndef KAIROS_RUNTIME_GRAPH_OP_ROWS_H_
#define KAIROS_RUNTIME_GRAPH_OP_ROWS_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "graph/op_table.h"

namespace kairos {

absl::Span<const OpInfo> ElementwiseRows();  // unary and broadcasting operators
absl::Span<const OpInfo> SpatialRows();      // convolutions, pools, normalisations, resampling
absl::Span<const OpInfo> ReductionRows();    // reductions, matrix products, sorting, softmax
absl::Span<const OpInfo> TensorRows();       // views, data movement, generators
absl::Span<const OpInfo> LossRows();
absl::Span<const OpInfo> RecurrentRows();  // RNN, GRU, LSTM
absl::Span<const OpInfo> QuantizedRows();  // products of 8-bit integers
absl::Span<const OpInfo> SignalRows();     // Fourier transforms, windows
absl::Span<const OpInfo> SampleRows();     // grids, regions of interest, deformable convolution
absl::Span<const OpInfo> ArrangeRows();    // CenterCropPad, Col2Im, MaxUnpool ...
absl::Span<const OpInfo> RandomRows();
absl::Span<const OpInfo> OptimizerRows();  // of the domain ai.onnx.preview.training
absl::Span<const OpInfo> HostRows();       // what the executor runs itself

// With its length, since sanitizers make a check for null of the address, which is not constant.
inline constexpr absl::string_view kInternalDomain(kKairosDomain, sizeof(kKairosDomain) - 1);

// Sizes, strides and the like: the limit of a dimension.
inline constexpr int64_t kMaxInt31 = (int64_t{1} << 31) - 1;

// The set of these input indices, as in OpInfo::shape_inputs.
template <typename... Index>
constexpr uint32_t Inputs(Index... index) {
  return ((uint32_t{1} << index) | ...);
}

constexpr AttributeSpec Flag(absl::string_view name) {
  return {.name = name, .type = AttributeType::kInt, .min_int = 0, .max_int = 1};
}
constexpr AttributeSpec Int(absl::string_view name) {
  return {.name = name, .type = AttributeType::kInt};
}
constexpr AttributeSpec IntFrom(absl::string_view name, int64_t min, int64_t max = kMaxInt31) {
  return {.name = name, .type = AttributeType::kInt, .min_int = min, .max_int = max};
}
constexpr AttributeSpec IntsFrom(absl::string_view name, int64_t min, int64_t max = kMaxInt31) {
  return {.name = name, .type = AttributeType::kInts, .min_int = min, .max_int = max};
}
constexpr AttributeSpec Ints(absl::string_view name) {
  return {.name = name, .type = AttributeType::kInts};
}
constexpr AttributeSpec Float(absl::string_view name) {
  return {.name = name, .type = AttributeType::kFloat};
}
constexpr AttributeSpec Choice(absl::string_view name, absl::string_view choices) {
  return {.name = name, .type = AttributeType::kString, .choices = choices};
}
constexpr AttributeSpec Required(AttributeSpec spec) {
  spec.required = true;
  return spec;
}

// A row of an operator that sees plain tensors only. Kernels are also made for the values of the
// inputs that decide the shape.
constexpr OpInfo Row(absl::string_view op, int min_inputs, int max_inputs, absl::string_view types,
                     ShapeFunction shape_function, absl::Span<const AttributeSpec> attributes = {},
                     uint32_t shape_inputs = 0, uint32_t value_inputs = 0) {
  return {.op = op,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .input_types = types,
          .shape_function = shape_function,
          .attributes = attributes,
          .shape_inputs = shape_inputs,
          .value_inputs = shape_inputs | value_inputs};
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_OP_ROWS_H_

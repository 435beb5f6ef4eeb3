#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kAxis[] = {Int("axis")};
constexpr AttributeSpec kReduce[] = {Flag("keepdims"), Flag("noop_with_empty_axes")};
constexpr AttributeSpec kArgReduce[] = {Int("axis"), Flag("keepdims"), Flag("select_last_index")};
constexpr AttributeSpec kCumSum[] = {Flag("exclusive"), Flag("reverse")};
constexpr AttributeSpec kEinsum[] = {
    {.name = "equation", .type = AttributeType::kString, .required = true}};
constexpr AttributeSpec kGemm[] = {Float("alpha"), Float("beta"), Flag("transA"), Flag("transB")};
constexpr AttributeSpec kLpNormalization[] = {Int("axis"), IntFrom("p", 1, 2)};
constexpr AttributeSpec kTopK[] = {Int("axis"), Flag("largest"), Flag("sorted")};
// Scales of blocks are not supported.
constexpr AttributeSpec kBlockSize = IntFrom("block_size", 0, 0);
constexpr AttributeSpec kQuantizeLinear[] = {Int("axis"), kBlockSize, IntFrom("output_dtype", 0),
                                             Flag("saturate")};
constexpr AttributeSpec kDequantizeLinear[] = {Int("axis"), kBlockSize};

constexpr OpInfo Reduce(absl::string_view op, absl::string_view types = "Ml") {
  return {.op = op,
          .max_inputs = 2,
          .input_types = types,
          .shape_function = ShapeReduce,
          .attributes = kReduce,
          .shape_inputs = Inputs(1),
          .value_inputs = Inputs(1)};
}

constexpr OpInfo ArgReduce(absl::string_view op) {
  return {.op = op, .input_types = "N", .shape_function = ShapeArgReduce, .attributes = kArgReduce};
}

constexpr OpInfo AlongAxis(absl::string_view op, absl::Span<const AttributeSpec> attributes) {
  return {.op = op, .input_types = "F", .shape_function = ShapeAlongAxis, .attributes = attributes};
}

constexpr OpInfo kRows[] = {
    ArgReduce("ArgMax"),
    ArgReduce("ArgMin"),
    Reduce("ReduceL1"),
    Reduce("ReduceL2"),
    Reduce("ReduceLogSum"),
    Reduce("ReduceLogSumExp"),
    Reduce("ReduceMax", "Al"),
    Reduce("ReduceMean"),
    Reduce("ReduceMin", "Al"),
    Reduce("ReduceProd"),
    Reduce("ReduceSum"),
    Reduce("ReduceSumSquare"),
    AlongAxis("Hardmax", kAxis),
    AlongAxis("LogSoftmax", kAxis),
    AlongAxis("LpNormalization", kLpNormalization),
    AlongAxis("Softmax", kAxis),
    {.op = "CumSum",
     .min_inputs = 2,
     .max_inputs = 2,
     .input_types = "Mx",
     .shape_function = ShapeCumSum,
     .attributes = kCumSum,
     .value_inputs = Inputs(1)},
    {.op = "DequantizeLinear",
     .min_inputs = 2,
     .max_inputs = 3,
     .input_types = "KfK",
     .shape_function = ShapeDequantizeLinear,
     .attributes = kDequantizeLinear},
    {.op = "Einsum",
     .max_inputs = -1,
     .input_types = "N",
     .shape_function = ShapeEinsum,
     .attributes = kEinsum},
    {.op = "Gemm",
     .min_inputs = 2,
     .max_inputs = 3,
     .input_types = "M",
     .shape_function = ShapeGemm,
     .attributes = kGemm},
    {.op = "MatMul",
     .min_inputs = 2,
     .max_inputs = 2,
     .input_types = "M",
     .shape_function = ShapeMatMul},
    {.op = "QuantizeLinear",
     .min_inputs = 2,
     .max_inputs = 3,
     .input_types = "dfz",
     .shape_function = ShapeQuantizeLinear,
     .attributes = kQuantizeLinear},
    {.op = "TopK",
     .min_inputs = 2,
     .max_inputs = 2,
     .min_outputs = 2,
     .max_outputs = 2,
     .input_types = "Nl",
     .shape_function = ShapeTopK,
     .attributes = kTopK,
     .shape_inputs = Inputs(1),
     .value_inputs = Inputs(1)},
};

}  // namespace

absl::Span<const OpInfo> ReductionRows() { return kRows; }

}  // namespace kairos

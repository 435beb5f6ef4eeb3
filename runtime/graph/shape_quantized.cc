#include <initializer_list>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_conv.h"
#include "graph/shape_functions.h"
#include "graph/shape_product.h"

namespace kairos {
namespace {

// Each of `inputs` that is present is one element.
absl::Status ExpectScalars(const ShapeContext& context, std::initializer_list<size_t> inputs) {
  for (size_t i : inputs) {
    if (HasInput(context, i)) KAIROS_RETURN_IF_ERROR(ExpectScalar(context, i));
  }
  return absl::OkStatus();
}

// Each is one element, or one for each output channel of the weights.
absl::Status ExpectPerChannel(const ShapeContext& context, size_t weights,
                              std::initializer_list<size_t> inputs) {
  const int64_t channels = InputShape(context, weights)[0];
  for (size_t i : inputs) {
    if (!HasInput(context, i) || InputType(context, i).element_count() == 1) continue;
    KAIROS_RETURN_IF_ERROR(ExpectShape(context, i, {channels},
                                       absl::StrCat("there are ", channels, " output channels")));
  }
  return absl::OkStatus();
}

// Each is one element, or one for each row (column) of the matrix at input `matrix`: a vector, or
// of the matrix's shape with 1 for the other dimension.
absl::Status ExpectPerLine(const ShapeContext& context, size_t matrix, bool rows,
                           std::initializer_list<size_t> inputs) {
  Shape full = InputShape(context, matrix);
  // A vector is a single row, or a single column.
  const bool is_vector = full.size() == 1;
  const int64_t lines = is_vector ? 1 : full[full.size() - (rows ? 2 : 1)];
  if (!is_vector) full[full.size() - (rows ? 1 : 2)] = 1;
  for (size_t i : inputs) {
    if (!HasInput(context, i) || InputType(context, i).element_count() == 1) continue;
    const Shape& shape = InputShape(context, i);
    if (!is_vector && (shape == Shape{lines} || shape == full)) continue;
    return UnexpectedShape(
        context, i,
        absl::StrCat("one element, [", lines, "] or ", ShapeString(full), " because input ", matrix,
                     " is ", ShapeString(InputShape(context, matrix))));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ShapeConvInteger(ShapeContext& context) {
  // There is no bias: any input that does not exist.
  KAIROS_ASSIGN_OR_RETURN(Shape shape, ConvShape(context, 1, context.inputs.size()));
  KAIROS_RETURN_IF_ERROR(ExpectScalars(context, {2}));
  KAIROS_RETURN_IF_ERROR(ExpectPerChannel(context, 1, {3}));
  SetOutput(context, 0, DType::kInt32, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeQLinearConv(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, ConvShape(context, 3, 8));
  KAIROS_RETURN_IF_ERROR(ExpectScalars(context, {1, 2, 6, 7}));
  KAIROS_RETURN_IF_ERROR(ExpectPerChannel(context, 3, {4, 5}));
  SetOutput(context, 0, InputType(context, 7).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeMatMulInteger(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, ProductShape(context, 0, 1));
  KAIROS_RETURN_IF_ERROR(ExpectPerLine(context, 0, true, {2}));
  KAIROS_RETURN_IF_ERROR(ExpectPerLine(context, 1, false, {3}));
  SetOutput(context, 0, DType::kInt32, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeQLinearMatMul(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, ProductShape(context, 0, 3));
  KAIROS_RETURN_IF_ERROR(ExpectPerLine(context, 0, true, {1, 2}));
  KAIROS_RETURN_IF_ERROR(ExpectPerLine(context, 3, false, {4, 5}));
  KAIROS_RETURN_IF_ERROR(ExpectScalars(context, {6, 7}));
  SetOutput(context, 0, InputType(context, 7).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeDynamicQuantizeLinear(ShapeContext& context) {
  SetOutput(context, 0, DType::kUint8, InputShape(context, 0));
  SetOutput(context, 1, DType::kFloat32, {});
  SetOutput(context, 2, DType::kUint8, {});
  return absl::OkStatus();
}

}  // namespace kairos

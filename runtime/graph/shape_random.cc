#include <cstdint>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/dtype_rule.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

// The attribute "dtype", one of those of `letter`; `fallback` when it is absent.
absl::StatusOr<DType> DTypeAttribute(const ShapeContext& context, DType fallback, char letter) {
  const auto dtype =
      static_cast<DType>(context.node.attributes.Int("dtype", static_cast<int64_t>(fallback)));
  if (DTypeFits(letter, dtype)) return dtype;
  return absl::InvalidArgumentError(
      absl::StrCat(context.node.attributes.Has("dtype") ? "attribute 'dtype'" : "type of input 0",
                   " is ", DTypeName(dtype), ", expected ", DTypesOf(letter)));
}

}  // namespace

absl::Status ShapeRandom(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const DType dtype, DTypeAttribute(context, DType::kFloat32, 'F'));
  const absl::Span<const int64_t> shape = context.node.attributes.Ints("shape");
  SetOutput(context, 0, dtype, Shape(shape.begin(), shape.end()));
  return absl::OkStatus();
}

absl::Status ShapeRandomLike(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const DType dtype,
                          DTypeAttribute(context, InputType(context, 0).dtype, 'F'));
  SetOutput(context, 0, dtype, InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapeBernoulli(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const DType dtype,
                          DTypeAttribute(context, InputType(context, 0).dtype, 'A'));
  SetOutput(context, 0, dtype, InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapeMultinomial(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 2));
  if (InputShape(context, 0)[1] == 0) return UnexpectedShape(context, 0, "at least one class");
  KAIROS_ASSIGN_OR_RETURN(const DType dtype, DTypeAttribute(context, DType::kInt32, 'X'));
  SetOutput(context, 0, dtype,
            {InputShape(context, 0)[0], context.node.attributes.Int("sample_size", 1)});
  return absl::OkStatus();
}

}  // namespace kairos

#include <cstdint>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/dtype_rule.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

// The formats as bits: the sign, all others, and those of the exponent.
template <typename Bits>
bool IsPositiveAndFinite(const char* at, Bits exponent) {
  Bits bits;
  std::memcpy(&bits, at, sizeof(bits));
  const Bits sign = static_cast<Bits>(Bits{1} << (8 * sizeof(Bits) - 1));
  return bits != 0 && (bits & sign) == 0 && (bits & exponent) != exponent;
}

bool ScaleIsValid(DType dtype, const char* at) {
  switch (dtype) {
    case DType::kFloat16:
      return IsPositiveAndFinite<uint16_t>(at, 0x7c00);
    case DType::kBFloat16:
      return IsPositiveAndFinite<uint16_t>(at, 0x7f80);
    case DType::kFloat32:
      return IsPositiveAndFinite<uint32_t>(at, 0x7f800000);
    default:
      return IsPositiveAndFinite<uint64_t>(at, 0x7ff0000000000000);
  }
}

absl::Status CheckScaleValues(const ShapeContext& context) {
  const Operand& scale = context.inputs[1];
  if (scale.data == nullptr) return absl::OkStatus();
  const size_t element_bytes = DTypeSize(scale.type.dtype);
  const auto* bytes = static_cast<const char*>(scale.data);
  for (int64_t i = 0; i < scale.type.element_count(); ++i) {
    if (ScaleIsValid(scale.type.dtype, bytes + static_cast<size_t>(i) * element_bytes)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("input 1 (scale) is not a finite number above 0 at element ", i));
  }
  return absl::OkStatus();
}

// Scale and zero point are one element, or one for each along `axis`.
absl::Status CheckParameters(const ShapeContext& context) {
  if (InputType(context, 1).element_count() != 1 || Rank(context, 1) > 1) {
    KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, 1, Rank(context, 0)));
    const int64_t extent = InputShape(context, 0)[static_cast<size_t>(axis)];
    KAIROS_RETURN_IF_ERROR(ExpectShape(
        context, 1, {extent},
        absl::StrCat("input 0 is ", ShapeString(InputShape(context, 0)), " and axis is ", axis)));
  }
  if (HasInput(context, 2)) {
    KAIROS_RETURN_IF_ERROR(
        ExpectShape(context, 2, InputShape(context, 1), "input 1 (scale) has that shape"));
  }
  return CheckScaleValues(context);
}

}  // namespace

absl::Status ShapeQuantizeLinear(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(CheckParameters(context));
  const auto wanted = static_cast<DType>(context.node.attributes.Int("output_dtype", 0));
  DType dtype = wanted == DType::kUndefined ? DType::kUint8 : wanted;
  if (HasInput(context, 2)) {
    dtype = InputType(context, 2).dtype;
    if (wanted != DType::kUndefined && wanted != dtype) {
      return absl::InvalidArgumentError(
          absl::StrCat("input 2 (zero point) has type ", DTypeName(dtype), ", expected ",
                       DTypeName(wanted), " as attribute 'output_dtype'"));
    }
  }
  if (!DTypeFits('Z', dtype)) {
    return absl::InvalidArgumentError(absl::StrCat("attribute 'output_dtype' is ", DTypeName(dtype),
                                                   ", expected ", DTypesOf('Z')));
  }
  SetOutput(context, 0, dtype, InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapeDequantizeLinear(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(CheckParameters(context));
  SetOutput(context, 0, InputType(context, 1).dtype, InputShape(context, 0));
  return absl::OkStatus();
}

}  // namespace kairos

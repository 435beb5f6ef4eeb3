#include <cstdint>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/dtype_rule.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

// The only element of an input, in [min, 2^31).
absl::StatusOr<int64_t> KnownSize(const ShapeContext& context, size_t input, absl::string_view name,
                                  int64_t min) {
  KAIROS_RETURN_IF_ERROR(ExpectScalar(context, input));
  if (Rank(context, input) > 1) return UnexpectedShape(context, input, "a scalar");
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> values, IntValues(context, input, name, 1));
  if (values[0] >= min && values[0] < (int64_t{1} << 31)) return values[0];
  return absl::InvalidArgumentError(absl::StrCat("input ", input, " (", name, ") is ", values[0],
                                                 ", expected ", min, " to 2^31 - 1"));
}

// The last dimension holds a real number or a complex one.
absl::Status ExpectNumbers(const ShapeContext& context, bool real_only) {
  const int64_t parts = InputShape(context, 0).back();
  if (parts == 1 || (parts == 2 && !real_only)) return absl::OkStatus();
  return UnexpectedShape(context, 0,
                         real_only ? "a last dimension of 1 because attribute 'onesided' is 1"
                                   : "a last dimension of 1 or 2");
}

absl::StatusOr<DType> OutputType(const ShapeContext& context) {
  const auto dtype = static_cast<DType>(
      context.node.attributes.Int("output_datatype", static_cast<int64_t>(DType::kFloat32)));
  if (DTypeFits('N', dtype)) return dtype;
  return absl::InvalidArgumentError(absl::StrCat("attribute 'output_datatype' is ",
                                                 DTypeName(dtype), ", expected ", DTypesOf('N')));
}

}  // namespace

absl::Status ShapeDft(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 2));
  const bool inverse = context.node.attributes.Int("inverse", 0) != 0;
  const bool onesided = context.node.attributes.Int("onesided", 0) != 0;
  int64_t axis = -2;
  if (HasInput(context, 2)) {
    KAIROS_RETURN_IF_ERROR(ExpectScalar(context, 2));
    KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> values, IntValues(context, 2, "axis", 1));
    axis = values[0];
  }
  KAIROS_ASSIGN_OR_RETURN(axis, NormalAxis(axis, Rank(context, 0), "input 2 (axis)"));
  if (axis == Rank(context, 0) - 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("input 2 (axis) is the last one, ", axis, ", expected one before it"));
  }
  KAIROS_RETURN_IF_ERROR(ExpectNumbers(context, onesided && !inverse));
  Shape shape = InputShape(context, 0);
  int64_t& extent = shape[static_cast<size_t>(axis)];
  if (onesided && inverse) {
    if (shape.back() != 2) return UnexpectedShape(context, 0, "a last dimension of 2");
    extent = 2 * (extent - 1);
  }
  if (HasInput(context, 1)) {
    KAIROS_ASSIGN_OR_RETURN(extent, KnownSize(context, 1, "dft_length", 1));
  }
  if (extent < 1) {
    return UnexpectedShape(context, 0, absl::StrCat("a signal along axis ", axis));
  }
  if (onesided && !inverse) extent = extent / 2 + 1;
  shape.back() = onesided && inverse ? 1 : 2;
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeStft(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 3));
  const bool onesided = context.node.attributes.Int("onesided", 1) != 0;
  KAIROS_RETURN_IF_ERROR(ExpectNumbers(context, onesided));
  KAIROS_ASSIGN_OR_RETURN(const int64_t step, KnownSize(context, 1, "frame_step", 1));
  const Shape& signal = InputShape(context, 0);
  int64_t length = signal[1];
  if (HasInput(context, 2)) {
    KAIROS_RETURN_IF_ERROR(ExpectRank(context, 2, 1));
    length = InputShape(context, 2)[0];
  }
  if (HasInput(context, 3)) {
    KAIROS_ASSIGN_OR_RETURN(length, KnownSize(context, 3, "frame_length", 1));
    if (HasInput(context, 2)) {
      KAIROS_RETURN_IF_ERROR(ExpectShape(context, 2, {length}, "input 3 (frame_length) says so"));
    }
  }
  if (length < 1 || length > signal[1]) {
    return UnexpectedShape(context, 0, absl::StrCat("at least one frame of ", length, " samples"));
  }
  SetOutput(context, 0, InputType(context, 0).dtype,
            {signal[0], (signal[1] - length) / step + 1, onesided ? length / 2 + 1 : length, 2});
  return absl::OkStatus();
}

absl::Status ShapeMelWeightMatrix(ShapeContext& context) {
  for (size_t i : {2, 3, 4}) KAIROS_RETURN_IF_ERROR(ExpectScalar(context, i));
  KAIROS_ASSIGN_OR_RETURN(const int64_t bins, KnownSize(context, 0, "num_mel_bins", 0));
  KAIROS_ASSIGN_OR_RETURN(const int64_t length, KnownSize(context, 1, "dft_length", 0));
  KAIROS_ASSIGN_OR_RETURN(const DType dtype, OutputType(context));
  SetOutput(context, 0, dtype, {length / 2 + 1, bins});
  return absl::OkStatus();
}

absl::Status ShapeWindow(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t size, KnownSize(context, 0, "size", 0));
  KAIROS_ASSIGN_OR_RETURN(const DType dtype, OutputType(context));
  SetOutput(context, 0, dtype, {size});
  return absl::OkStatus();
}

}  // namespace kairos

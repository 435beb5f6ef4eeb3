#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/status_macros.h"
#include "graph/scalar_value.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

struct ConstantForm {
  absl::string_view attribute;
  DType dtype;
  bool is_list;
};
constexpr ConstantForm kConstantForms[] = {
    {"value_int", DType::kInt64, false},
    {"value_ints", DType::kInt64, true},
    {"value_float", DType::kFloat32, false},
    {"value_floats", DType::kFloat32, true},
};

absl::Status CheckConstantTensor(const Constant& tensor) {
  return Annotate("attribute 'value'",
                  CheckedByteCount(tensor.type.dtype, tensor.type.shape).status());
}

int64_t ClampedAxis(int64_t axis, int64_t rank) {
  if (axis < 0) axis += rank;
  return std::clamp<int64_t>(axis, 0, rank);
}

// Numbers from start to limit, in integers: differences of int64 may need 65 bits.
absl::StatusOr<int64_t> RangeCount(int64_t start, int64_t limit, int64_t delta) {
  const __int128 distance = static_cast<__int128>(limit) - start;
  if (delta == 0)
    return absl::InvalidArgumentError("input 2 (delta) is 0, expected another number");
  if (distance == 0 || (distance < 0) != (delta < 0)) return 0;
  const __int128 step = delta;
  const __int128 count = (distance + step + (step < 0 ? 1 : -1)) / step;
  return static_cast<int64_t>(std::min<__int128>(count, int64_t{1} << 62));
}

absl::StatusOr<int64_t> RangeCount(double start, double limit, double delta) {
  if (!std::isfinite(start) || !std::isfinite(limit) || !std::isfinite(delta) || delta == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("inputs are ", start, ", ", limit, " and ", delta,
                     ", expected finite numbers and a delta other than 0"));
  }
  const double count = std::ceil((limit - start) / delta);
  return static_cast<int64_t>(std::clamp(count, 0.0, 0x1p62));
}

}  // namespace

absl::Status ShapeConstant(ShapeContext& context) {
  if (context.node.attributes.entries().size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", context.node.attributes.entries().size(),
                     " attributes, expected one that holds the value"));
  }
  if (const Constant* tensor = context.node.attributes.Tensor("value")) {
    KAIROS_RETURN_IF_ERROR(CheckConstantTensor(*tensor));
    SetOutput(context, 0, tensor->type.dtype, tensor->type.shape);
  }
  for (const ConstantForm& form : kConstantForms) {
    if (!context.node.attributes.Has(form.attribute)) continue;
    const size_t count = form.dtype == DType::kInt64
                             ? context.node.attributes.Ints(form.attribute).size()
                             : context.node.attributes.Floats(form.attribute).size();
    SetOutput(context, 0, form.dtype, form.is_list ? Shape{static_cast<int64_t>(count)} : Shape{});
  }
  return absl::OkStatus();
}

absl::Status ShapeConstantOfShape(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> shape, IntValues(context, 0, "shape"));
  for (int64_t dim : shape) {
    if (dim >= 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("input 0 (shape) is ", ShapeString(shape), ", expected no negative number"));
  }
  DType dtype = DType::kFloat32;
  if (const Constant* value = context.node.attributes.Tensor("value")) {
    KAIROS_RETURN_IF_ERROR(CheckConstantTensor(*value));
    if (value->type.element_count() != 1) {
      return absl::InvalidArgumentError(absl::StrCat("attribute 'value' has shape ",
                                                     ShapeString(value->type.shape),
                                                     ", expected one element"));
    }
    dtype = value->type.dtype;
  }
  SetOutput(context, 0, dtype, Shape(shape.begin(), shape.end()));
  return absl::OkStatus();
}

absl::Status ShapeEyeLike(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 2));
  const auto dtype = static_cast<int64_t>(InputType(context, 0).dtype);
  SetOutput(context, 0, static_cast<DType>(context.node.attributes.Int("dtype", dtype)),
            InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapeOneHot(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, -1, Rank(context, 0) + 1));
  KAIROS_RETURN_IF_ERROR(ExpectScalar(context, 1));
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 2, {2}, "it holds the off and the on value"));
  KAIROS_RETURN_IF_ERROR(ExpectKnown(context, 1, "depth"));
  const double depth = ScalarAsDouble(InputType(context, 1).dtype, context.inputs[1].data);
  if (!(depth >= 0) || depth >= 0x1p31) {
    return absl::InvalidArgumentError(
        absl::StrCat("input 1 (depth) is ", depth, ", expected 0 to 2^31 - 1"));
  }
  Shape shape = InputShape(context, 0);
  shape.insert(shape.begin() + axis, static_cast<int64_t>(depth));
  SetOutput(context, 0, InputType(context, 2).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeRange(ShapeContext& context) {
  static constexpr absl::string_view kNames[] = {"start", "limit", "delta"};
  const DType dtype = InputType(context, 0).dtype;
  const bool is_integer = IsInteger(dtype);
  double reals[3];
  int64_t integers[3];
  for (size_t i = 0; i < 3; ++i) {
    KAIROS_RETURN_IF_ERROR(ExpectScalar(context, i));
    KAIROS_RETURN_IF_ERROR(ExpectKnown(context, i, kNames[i]));
    if (is_integer) {
      integers[i] = ScalarAsInt(dtype, context.inputs[i].data);
    } else {
      reals[i] = ScalarAsDouble(dtype, context.inputs[i].data);
    }
  }
  KAIROS_ASSIGN_OR_RETURN(const int64_t count,
                          is_integer ? RangeCount(integers[0], integers[1], integers[2])
                                     : RangeCount(reals[0], reals[1], reals[2]));
  SetOutput(context, 0, dtype, {count});
  return absl::OkStatus();
}

absl::Status ShapeShape(ShapeContext& context) {
  const int64_t rank = Rank(context, 0);
  const int64_t start = ClampedAxis(context.node.attributes.Int("start", 0), rank);
  const int64_t end = ClampedAxis(context.node.attributes.Int("end", rank), rank);
  SetOutput(context, 0, DType::kInt64, {std::max<int64_t>(end - start, 0)});
  return absl::OkStatus();
}

absl::Status ShapeSize(ShapeContext& context) {
  SetOutput(context, 0, DType::kInt64, {});
  return absl::OkStatus();
}

}  // namespace kairos

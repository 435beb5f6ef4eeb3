#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

// The shape asked for, with zeros replaced; `*open` is where -1 stands, or the rank.
absl::StatusOr<Shape> RequestedShape(const ShapeContext& context, size_t* open) {
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> values, IntValues(context, 1, "shape"));
  const Shape& src = InputShape(context, 0);
  const bool zero_is_zero = context.node.attributes.Int("allowzero", 0) != 0;
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("input 1 (shape) is ", ShapeString(values), ", ", why));
  };
  Shape shape(values.begin(), values.end());
  *open = shape.size();
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < -1) return refuse("expected no number below -1");
    if (shape[i] == -1) {
      if (*open != shape.size()) return refuse("expected at most one -1");
      *open = i;
    }
    if (shape[i] != 0 || zero_is_zero) continue;
    if (i >= src.size()) {
      return refuse(absl::StrCat("dimension ", i, " cannot be copied from input 0, which is ",
                                 ShapeString(src)));
    }
    shape[i] = src[i];
  }
  const bool has_zero = std::find(values.begin(), values.end(), 0) != values.end();
  if (zero_is_zero && has_zero && *open != shape.size()) {
    return refuse("expected no 0 beside -1 because attribute 'allowzero' is 1");
  }
  return shape;
}

absl::Status ExpectUnits(const ShapeContext& context, absl::Span<const int64_t> axes) {
  for (int64_t axis : axes) {
    if (InputShape(context, 0)[static_cast<size_t>(axis)] == 1) continue;
    return UnexpectedShape(context, 0, absl::StrCat("size 1 at axis ", axis, " to be squeezed"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<int64_t>> AxesInput(const ShapeContext& context, int64_t rank) {
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> given, IntValues(context, 1, "axes"));
  absl::StatusOr<std::vector<int64_t>> axes = NormalAxes(given, rank);
  if (!axes.ok()) return Annotate("input 1 (axes)", axes.status());
  return axes;
}

}  // namespace

absl::Status ShapeReshape(ShapeContext& context) {
  size_t open = 0;
  KAIROS_ASSIGN_OR_RETURN(Shape shape, RequestedShape(context, &open));
  const int64_t have = InputType(context, 0).element_count();
  const std::string mismatch =
      absl::StrCat("input 1 (shape) asks for ", ShapeString(shape), ", expected ", have,
                   " elements because input 0 is ", ShapeString(InputShape(context, 0)));
  std::optional<int64_t> others = 1;
  for (size_t i = 0; i < shape.size() && others.has_value(); ++i) {
    if (i != open) others = CheckedMul(*others, shape[i]);
  }
  if (!others.has_value()) return absl::InvalidArgumentError(mismatch);
  if (open < shape.size()) {
    if (*others == 0 || have % *others != 0) return absl::InvalidArgumentError(mismatch);
    shape[open] = have / *others;
  } else if (*others != have) {
    return absl::InvalidArgumentError(mismatch);
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeFlatten(ShapeContext& context) {
  const int64_t rank = Rank(context, 0);
  int64_t axis = context.node.attributes.Int("axis", 1);
  if (axis < -rank || axis > rank) {
    return absl::InvalidArgumentError(absl::StrCat("attribute 'axis' is ", axis, ", expected ",
                                                   -rank, " to ", rank, " because the rank is ",
                                                   rank));
  }
  if (axis < 0) axis += rank;
  const Shape& src = InputShape(context, 0);
  SetOutput(context, 0, InputType(context, 0).dtype,
            {Volume(src, 0, axis), Volume(src, axis, rank)});
  return absl::OkStatus();
}

absl::Status ShapeSqueeze(ShapeContext& context) {
  const Shape& src = InputShape(context, 0);
  std::vector<int64_t> axes;
  if (HasInput(context, 1)) {
    KAIROS_ASSIGN_OR_RETURN(axes, AxesInput(context, Rank(context, 0)));
    KAIROS_RETURN_IF_ERROR(ExpectUnits(context, axes));
  } else {
    for (size_t i = 0; i < src.size(); ++i) {
      if (src[i] == 1) axes.push_back(static_cast<int64_t>(i));
    }
  }
  Shape shape;
  for (size_t i = 0; i < src.size(); ++i) {
    if (std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) == axes.end()) {
      shape.push_back(src[i]);
    }
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeUnsqueeze(ShapeContext& context) {
  const int64_t rank = Rank(context, 0) + InputType(context, 1).element_count();
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> axes, AxesInput(context, rank));
  Shape shape(static_cast<size_t>(rank), 0);
  for (int64_t axis : axes) shape[static_cast<size_t>(axis)] = -1;
  auto next = InputShape(context, 0).begin();
  for (int64_t& dim : shape) dim = dim == -1 ? 1 : *next++;
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeTranspose(ShapeContext& context) {
  const Shape& src = InputShape(context, 0);
  std::vector<int64_t> perm(src.size());
  std::iota(perm.rbegin(), perm.rend(), 0);
  if (context.node.attributes.Has("perm")) {
    const absl::Span<const int64_t> given = context.node.attributes.Ints("perm");
    if (!std::is_permutation(given.begin(), given.end(), perm.begin(), perm.end())) {
      return absl::InvalidArgumentError(absl::StrCat("attribute 'perm' is ", ShapeString(given),
                                                     ", expected a permutation of the ", src.size(),
                                                     " axes of input 0"));
    }
    perm.assign(given.begin(), given.end());
  }
  Shape shape;
  for (int64_t axis : perm) shape.push_back(src[static_cast<size_t>(axis)]);
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos

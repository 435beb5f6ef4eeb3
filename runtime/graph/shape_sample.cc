#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_conv.h"
#include "graph/shape_functions.h"
#include "graph/window_shape.h"

namespace kairos {
namespace {

std::string BecauseOfInput(const ShapeContext& context, size_t input) {
  return absl::StrCat("input ", input, " is ", ShapeString(InputShape(context, input)));
}

}  // namespace

absl::Status ShapeAffineGrid(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 3));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> size, IntValues(context, 1, "size"));
  if (size.size() != 4 && size.size() != 5) {
    return UnexpectedShape(context, 1, "4 or 5 elements");
  }
  const auto axes = static_cast<int64_t>(size.size()) - 2;
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 0, {size[0], axes, axes + 1},
                                     absl::StrCat("input 1 (size) is ", ShapeString(size))));
  for (int64_t extent : size) {
    if (extent >= 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("input 1 (size) is ", ShapeString(size), ", expected no negative number"));
  }
  Shape shape = {size[0]};
  shape.insert(shape.end(), size.begin() + 2, size.end());
  shape.push_back(axes);
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeGridSample(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 3));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 1, Rank(context, 0)));
  const Shape& src = InputShape(context, 0);
  const Shape& grid = InputShape(context, 1);
  const auto axes = static_cast<int64_t>(src.size()) - 2;
  if (grid[0] != src[0] || grid.back() != axes) {
    return UnexpectedShape(context, 1,
                           absl::StrCat(src[0], " grids of ", axes, " coordinates because ",
                                        BecauseOfInput(context, 0)));
  }
  Shape shape = {src[0], src[1]};
  shape.insert(shape.end(), grid.begin() + 1, grid.end() - 1);
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeRoiAlign(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 4));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 1, 2));
  const int64_t regions = InputShape(context, 1)[0];
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 1, {regions, 4}, "a region is 4 coordinates"));
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 2, {regions}, BecauseOfInput(context, 1)));
  const Attributes& attributes = context.node.attributes;
  SetOutput(context, 0, InputType(context, 0).dtype,
            {regions, InputShape(context, 0)[1], attributes.Int("output_height", 1),
             attributes.Int("output_width", 1)});
  return absl::OkStatus();
}

absl::Status ShapeMaxRoiPool(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 4));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 1, 2));
  const int64_t regions = InputShape(context, 1)[0];
  KAIROS_RETURN_IF_ERROR(
      ExpectShape(context, 1, {regions, 5}, "a region is an index and 4 coordinates"));
  KAIROS_RETURN_IF_ERROR(ExpectLength(context.node, "pooled_shape", 2));
  const absl::Span<const int64_t> pooled = context.node.attributes.Ints("pooled_shape");
  SetOutput(context, 0, InputType(context, 0).dtype,
            {regions, InputShape(context, 0)[1], pooled[0], pooled[1]});
  return absl::OkStatus();
}

absl::Status ShapeDeformConv(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, ConvShape(context, 1, 3));
  const Shape& src = InputShape(context, 0);
  const int64_t groups = context.node.attributes.Int("offset_group", 1);
  if (src[1] % groups != 0) {
    return absl::InvalidArgumentError(absl::StrCat("attribute 'offset_group' is ", groups,
                                                   ", expected a divisor of ", src[1], " because ",
                                                   BecauseOfInput(context, 0)));
  }
  // Each tap of the kernel has an offset for each axis and, if there is a mask, a factor.
  const Shape& weights = InputShape(context, 1);
  const int64_t taps = Volume(weights, 2, Rank(context, 1)) * groups;
  Shape expected = shape;
  expected[1] = taps * (Rank(context, 0) - 2);
  const std::string because =
      absl::StrCat("the output is ", ShapeString(shape), " and ", BecauseOfInput(context, 1));
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 2, expected, because));
  expected[1] = taps;
  if (HasInput(context, 4)) KAIROS_RETURN_IF_ERROR(ExpectShape(context, 4, expected, because));
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos

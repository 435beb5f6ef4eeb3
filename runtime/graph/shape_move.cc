#include <vector>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

// How Split cuts `extent`: by its input, or into as many parts as there are outputs, all as long as
// the first but the last.
absl::StatusOr<std::vector<int64_t>> SplitSizes(const ShapeContext& context, int64_t extent) {
  const auto parts = static_cast<int64_t>(context.outputs.size());
  const bool counted = context.node.attributes.Has("num_outputs");
  const int64_t stated = context.node.attributes.Int("num_outputs", parts);
  if (stated != parts) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'num_outputs' is ", stated, ", expected ", parts, ", the outputs"));
  }
  if (!HasInput(context, 1)) {
    const int64_t size = (extent + parts - 1) / parts;
    const int64_t last = extent - size * (parts - 1);
    if (last < 0 || (!counted && last != size)) {
      return absl::InvalidArgumentError(
          absl::StrCat("cannot split ", extent, " elements into ", parts, " parts of equal size"));
    }
    std::vector<int64_t> sizes(static_cast<size_t>(parts), size);
    sizes.back() = last;
    return sizes;
  }
  if (counted) {
    return absl::InvalidArgumentError(
        "input 1 (split) and attribute 'num_outputs' are both given, expected one of them");
  }
  KAIROS_ASSIGN_OR_RETURN(std::vector<int64_t> sizes, IntValues(context, 1, "split", parts));
  std::optional<int64_t> sum = 0;
  for (int64_t size : sizes) sum = sum.has_value() ? CheckedAdd(*sum, size) : std::nullopt;
  if (sum == extent && sizes.size() == context.outputs.size()) return sizes;
  return absl::InvalidArgumentError(absl::StrCat("input 1 (split) is ", ShapeString(sizes),
                                                 ", expected ", parts, " sizes with the sum ",
                                                 extent));
}

}  // namespace

absl::Status ShapeConcat(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 1));
  KAIROS_ASSIGN_OR_RETURN(const int64_t given, AxisAttribute(context, 0, Rank(context, 0)));
  const auto axis = static_cast<size_t>(given);
  Shape shape = InputShape(context, 0);
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    Shape expected = InputShape(context, 0);
    if (InputShape(context, i).size() == expected.size()) {
      expected[axis] = InputShape(context, i)[axis];
    }
    if (InputShape(context, i) != expected) {
      return UnexpectedShape(context, i,
                             absl::StrCat("that of input 0, ", ShapeString(InputShape(context, 0)),
                                          ", but for axis ", axis));
    }
    shape[axis] += expected[axis];
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeSplit(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, 0, Rank(context, 0)));
  Shape shape = InputShape(context, 0);
  int64_t& extent = shape[static_cast<size_t>(axis)];
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, SplitSizes(context, extent));
  for (size_t i = 0; i < sizes.size(); ++i) {
    extent = sizes[i];
    SetOutput(context, i, InputType(context, 0).dtype, shape);
  }
  return absl::OkStatus();
}

absl::Status ShapeExpand(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> wanted, IntValues(context, 1, "shape"));
  for (int64_t dim : wanted) {
    if (dim >= 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("input 1 (shape) is ", ShapeString(wanted), ", expected no negative number"));
  }
  Shape shape;
  if (!Broadcast(InputShape(context, 0), wanted, &shape)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "input 1 (shape) is ", ShapeString(wanted), ", expected one that broadcasts with ",
        ShapeString(InputShape(context, 0)), " of input 0"));
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeTile(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 1, {Rank(context, 0)},
                                     absl::StrCat("input 0 has rank ", Rank(context, 0))));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> repeats, IntValues(context, 1, "repeats"));
  Shape shape = InputShape(context, 0);
  for (size_t i = 0; i < shape.size(); ++i) {
    if (repeats[i] < 0) {
      return absl::InvalidArgumentError(absl::StrCat("input 1 (repeats) is ", ShapeString(repeats),
                                                     ", expected no negative number"));
    }
    const std::optional<int64_t> dim = CheckedMul(shape[i], repeats[i]);
    if (!dim.has_value()) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "input 1 (repeats) is ", ShapeString(repeats), ", the output's element count overflows"));
    }
    shape[i] = *dim;
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeTrilu(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 2));
  if (HasInput(context, 1)) KAIROS_RETURN_IF_ERROR(ExpectScalar(context, 1));
  return ShapeSame(context);
}

}  // namespace kairos

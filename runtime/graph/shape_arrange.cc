#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"
#include "graph/window_shape.h"

namespace kairos {
namespace {

// IntValues() none of which is below `min`.
absl::StatusOr<std::vector<int64_t>> Sizes(const ShapeContext& context, size_t input,
                                           absl::string_view name, int64_t min) {
  KAIROS_ASSIGN_OR_RETURN(std::vector<int64_t> values, IntValues(context, input, name));
  for (int64_t value : values) {
    if (value >= min && value < (int64_t{1} << 31)) continue;
    return absl::InvalidArgumentError(absl::StrCat("input ", input, " (", name, ") is ",
                                                   ShapeString(values), ", expected numbers from ",
                                                   min, " to 2^31 - 1"));
  }
  return values;
}

}  // namespace

absl::Status ShapeCenterCropPad(ShapeContext& context) {
  const int64_t rank = Rank(context, 0);
  std::vector<int64_t> axes(static_cast<size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  if (context.node.attributes.Has("axes")) {
    const auto normal = NormalAxes(context.node.attributes.Ints("axes"), rank);
    if (!normal.ok()) return Annotate("attribute 'axes'", normal.status());
    axes = *normal;
  }
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, Sizes(context, 1, "shape", 0));
  if (sizes.size() != axes.size()) {
    return UnexpectedShape(context, 1, absl::StrCat("[", axes.size(), "], a size for each axis"));
  }
  Shape shape = InputShape(context, 0);
  for (size_t i = 0; i < axes.size(); ++i) shape[static_cast<size_t>(axes[i])] = sizes[i];
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeCol2Im(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 3));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> image, Sizes(context, 1, "image_shape", 1));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> block, Sizes(context, 2, "block_shape", 1));
  if (image.size() < 1 || image.size() + 2 > kMaxRank) {
    return UnexpectedShape(context, 1, absl::StrCat("1 to ", kMaxRank - 2, " elements"));
  }
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 2, {static_cast<int64_t>(image.size())},
                                     "input 1 (image_shape) has as many elements"));
  KAIROS_ASSIGN_OR_RETURN(const SlidingWindow window, ReadSlidingWindow(context.node, block));
  int64_t blocks = 1;
  for (size_t i = 0; i < image.size(); ++i) {
    KAIROS_ASSIGN_OR_RETURN(const int64_t count, WindowCount(window, i, image[i], false));
    blocks = std::min<int64_t>(blocks * count, int64_t{1} << 31);
  }
  // A product beyond every limit fits no input.
  int64_t taps = 1;
  for (int64_t extent : block) taps = std::min<int64_t>(taps * extent, int64_t{1} << 31);
  const Shape& src = InputShape(context, 0);
  if (src[1] % taps != 0 || src[2] != blocks) {
    return UnexpectedShape(
        context, 0,
        absl::StrCat("a multiple of ", taps, " channels and ", blocks, " blocks for an image of ",
                     ShapeString(image), " and blocks of ", ShapeString(block)));
  }
  Shape shape = {src[0], src[1] / taps};
  shape.insert(shape.end(), image.begin(), image.end());
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeDet(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 2));
  const Shape& src = InputShape(context, 0);
  if (src.back() != src[src.size() - 2]) return UnexpectedShape(context, 0, "square matrices");
  SetOutput(context, 0, InputType(context, 0).dtype, Shape(src.begin(), src.end() - 2));
  return absl::OkStatus();
}

absl::Status ShapeMaxUnpool(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 3));
  const Shape& src = InputShape(context, 0);
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 1, src, "input 0 has that shape"));
  const absl::Span<const int64_t> kernel = context.node.attributes.Ints("kernel_shape");
  KAIROS_RETURN_IF_ERROR(ExpectLength(context.node, "kernel_shape", src.size() - 2));
  KAIROS_ASSIGN_OR_RETURN(const SlidingWindow window, ReadSlidingWindow(context.node, kernel));
  Shape shape = src;
  for (size_t i = 0; i < kernel.size(); ++i) {
    const SlidingAxis& axis = window.axes[i];
    shape[i + 2] = (src[i + 2] - 1) * axis.stride + axis.kernel - axis.pad_begin - axis.pad_end;
    if (shape[i + 2] >= 0) continue;
    return absl::InvalidArgumentError(absl::StrCat(
        "attribute 'pads' takes ", axis.pad_begin + axis.pad_end, " from spatial axis ", i,
        ", expected at most ", shape[i + 2] + axis.pad_begin + axis.pad_end));
  }
  if (HasInput(context, 2)) {
    KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, Sizes(context, 2, "output_shape", 0));
    if (sizes.size() != src.size() || sizes[0] != src[0] || sizes[1] != src[1]) {
      return absl::InvalidArgumentError(absl::StrCat("input 2 (output_shape) is ",
                                                     ShapeString(sizes), ", expected ", src.size(),
                                                     " numbers from ", src[0], ",", src[1], " on"));
    }
    shape.assign(sizes.begin(), sizes.end());
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeReverseSequence(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 2));
  const int64_t batch_axis = context.node.attributes.Int("batch_axis", 1);
  const int64_t time_axis = context.node.attributes.Int("time_axis", 0);
  if (batch_axis == time_axis) {
    return absl::InvalidArgumentError(
        absl::StrCat("attributes 'batch_axis' and 'time_axis' are both ", batch_axis,
                     ", expected different ones"));
  }
  const Shape& src = InputShape(context, 0);
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 1, {src[static_cast<size_t>(batch_axis)]},
                                     absl::StrCat("input 0 is ", ShapeString(src))));
  return ShapeSame(context);
}

}  // namespace kairos

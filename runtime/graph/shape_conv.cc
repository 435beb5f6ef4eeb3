#include "graph/shape_conv.h"

#include <string>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"
#include "graph/window_shape.h"

namespace kairos {
namespace {

std::string BecauseOfInput0(const ShapeContext& context, int64_t group) {
  return absl::StrCat("because input 0 is ", ShapeString(InputShape(context, 0)),
                      group == 1 ? "" : absl::StrCat(" and group is ", group));
}

// Ranks, the kernel's extents, and that `group` divides the channels of input 0 and dimension 0 of
// the weights.
absl::Status CheckOperands(const ShapeContext& context, size_t weights, int64_t group) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 3));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, weights, Rank(context, 0)));
  const absl::Span<const int64_t> kernel =
      absl::MakeConstSpan(InputShape(context, weights)).subspan(2);
  for (int64_t extent : kernel) {
    if (extent < 1) return UnexpectedShape(context, weights, "a kernel without empty dimensions");
  }
  KAIROS_RETURN_IF_ERROR(ExpectLength(context.node, "kernel_shape", kernel.size()));
  const absl::Span<const int64_t> stated = context.node.attributes.Ints("kernel_shape");
  if (!stated.empty() && stated != kernel) {
    return UnexpectedShape(
        context, weights,
        absl::StrCat("kernel ", ShapeString(stated), " because kernel_shape says so"));
  }
  for (auto [input, dim] : {std::pair<size_t, size_t>(0, 1), {weights, 0}}) {
    const int64_t size = InputShape(context, input)[dim];
    if (size % group == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'group' is ", group, ", expected a divisor of ", size,
                     " because input ", input, " is ", ShapeString(InputShape(context, input))));
  }
  return absl::OkStatus();
}

absl::Status CheckBias(const ShapeContext& context, size_t bias, int64_t channels) {
  if (!HasInput(context, bias)) return absl::OkStatus();
  return ExpectShape(context, bias, {channels},
                     absl::StrCat("there are ", channels, " output channels"));
}

absl::StatusOr<int64_t> TransposedExtent(const ShapeContext& context, const SlidingWindow& window,
                                         size_t index) {
  const SlidingAxis& axis = window.axes[index];
  const int64_t in = InputShape(context, 0)[index + 2];
  const absl::Span<const int64_t> fixed = context.node.attributes.Ints("output_shape");
  if (!fixed.empty()) return fixed[index];
  if (window.auto_pad == AutoPad::kSame) return in * axis.stride;
  const absl::Span<const int64_t> more = context.node.attributes.Ints("output_padding");
  const int64_t out = axis.stride * (in - 1) + (more.empty() ? 0 : more[index]) +
                      axis.kernel_extent() - axis.pad_begin - axis.pad_end;
  if (out >= 1) return out;
  return absl::InvalidArgumentError(
      absl::StrCat("attribute 'pads' takes ", axis.pad_begin + axis.pad_end, " from spatial axis ",
                   index, ", expected at least one element left"));
}

}  // namespace

absl::StatusOr<Shape> ConvShape(const ShapeContext& context, size_t weights_input, size_t bias) {
  const int64_t group = context.node.attributes.Int("group", 1);
  KAIROS_RETURN_IF_ERROR(CheckOperands(context, weights_input, group));
  const Shape& src = InputShape(context, 0);
  const Shape& weights = InputShape(context, weights_input);
  if (weights[1] != src[1] / group) {
    return UnexpectedShape(
        context, weights_input,
        absl::StrCat(src[1] / group, " channels ", BecauseOfInput0(context, group)));
  }
  KAIROS_RETURN_IF_ERROR(CheckBias(context, bias, weights[0]));
  KAIROS_ASSIGN_OR_RETURN(const SlidingWindow window,
                          ReadSlidingWindow(context.node, absl::MakeConstSpan(weights).subspan(2)));
  Shape shape = {src[0], weights[0]};
  for (size_t i = 0; i < window.axes.size(); ++i) {
    KAIROS_ASSIGN_OR_RETURN(const int64_t out, WindowCount(window, i, src[i + 2], false));
    shape.push_back(out);
  }
  return shape;
}

absl::Status ShapeConv(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, ConvShape(context, 1, 2));
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeConvTranspose(ShapeContext& context) {
  const int64_t group = context.node.attributes.Int("group", 1);
  KAIROS_RETURN_IF_ERROR(CheckOperands(context, 1, group));
  const Shape& src = InputShape(context, 0);
  const Shape& weights = InputShape(context, 1);
  if (weights[0] != src[1]) {
    return UnexpectedShape(
        context, 1, absl::StrCat(src[1], " in dimension 0 because input 0 is ", ShapeString(src)));
  }
  Shape shape = {src[0], weights[1] * group};
  KAIROS_RETURN_IF_ERROR(CheckBias(context, 2, shape[1]));
  KAIROS_ASSIGN_OR_RETURN(const SlidingWindow window,
                          ReadSlidingWindow(context.node, absl::MakeConstSpan(weights).subspan(2)));
  KAIROS_RETURN_IF_ERROR(ExpectLength(context.node, "output_padding", window.axes.size()));
  KAIROS_RETURN_IF_ERROR(ExpectLength(context.node, "output_shape", window.axes.size()));
  for (size_t i = 0; i < window.axes.size(); ++i) {
    KAIROS_ASSIGN_OR_RETURN(const int64_t out, TransposedExtent(context, window, i));
    shape.push_back(out);
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos

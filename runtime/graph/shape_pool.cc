#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"
#include "graph/window_shape.h"

namespace kairos {
namespace {

// A window that lies in the padding alone has no maximum and no mean.
absl::Status CheckPads(const SlidingWindow& window) {
  for (size_t i = 0; i < window.axes.size(); ++i) {
    const SlidingAxis& axis = window.axes[i];
    for (int64_t pad : {axis.pad_begin, axis.pad_end}) {
      if (pad < axis.kernel_extent()) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("attribute 'pads' has ", pad, " for spatial axis ", i,
                       ", expected less than ", axis.kernel_extent(), ", the kernel's extent"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ShapePool(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 3));
  const Shape& src = InputShape(context, 0);
  if (Volume(src, 2, Rank(context, 0)) == 0) {
    return UnexpectedShape(context, 0, "spatial dimensions that are not empty");
  }
  KAIROS_RETURN_IF_ERROR(ExpectLength(context.node, "kernel_shape", src.size() - 2));
  KAIROS_ASSIGN_OR_RETURN(
      const SlidingWindow window,
      ReadSlidingWindow(context.node, context.node.attributes.Ints("kernel_shape")));
  KAIROS_RETURN_IF_ERROR(CheckPads(window));
  const bool ceil_mode = context.node.attributes.Int("ceil_mode", 0) != 0;
  Shape shape = {src[0], src[1]};
  for (size_t i = 0; i < window.axes.size(); ++i) {
    KAIROS_ASSIGN_OR_RETURN(const int64_t out, WindowCount(window, i, src[i + 2], ceil_mode));
    shape.push_back(out);
  }
  SetOutput(context, 1, DType::kInt64, shape);
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeGlobalPool(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 3));
  Shape shape(InputShape(context, 0).size(), 1);
  shape[0] = InputShape(context, 0)[0];
  shape[1] = InputShape(context, 0)[1];
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos

#include "graph/window_shape.h"

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"

namespace kairos {
namespace {

int64_t At(absl::Span<const int64_t> values, size_t index, int64_t fallback) {
  return index < values.size() ? values[index] : fallback;
}

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

absl::Status ExpectLength(const Node& node, absl::string_view name, size_t count) {
  if (!node.attributes.Has(name)) return absl::OkStatus();
  const size_t have = node.attributes.Ints(name).size();
  if (have == count) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("attribute '", name, "' has ", have, " elements, expected ", count));
}

absl::StatusOr<SlidingWindow> ReadSlidingWindow(const Node& node,
                                                absl::Span<const int64_t> kernel) {
  const size_t count = kernel.size();
  KAIROS_RETURN_IF_ERROR(ExpectLength(node, "strides", count));
  KAIROS_RETURN_IF_ERROR(ExpectLength(node, "dilations", count));
  KAIROS_RETURN_IF_ERROR(ExpectLength(node, "pads", 2 * count));
  SlidingWindow window;
  const absl::string_view auto_pad = node.attributes.String("auto_pad", "NOTSET");
  if (auto_pad == "VALID") window.auto_pad = AutoPad::kValid;
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") window.auto_pad = AutoPad::kSame;
  const absl::Span<const int64_t> pads = node.attributes.Ints("pads");
  for (size_t i = 0; i < count; ++i) {
    SlidingAxis axis;
    axis.kernel = kernel[i];
    axis.stride = At(node.attributes.Ints("strides"), i, 1);
    axis.dilation = At(node.attributes.Ints("dilations"), i, 1);
    if (window.auto_pad == AutoPad::kNotSet) {
      axis.pad_begin = At(pads, i, 0);
      axis.pad_end = At(pads, count + i, 0);
    }
    window.axes.push_back(axis);
  }
  return window;
}

absl::StatusOr<int64_t> WindowCount(const SlidingWindow& window, size_t index, int64_t in,
                                    bool ceil_mode) {
  const SlidingAxis& axis = window.axes[index];
  if (window.auto_pad == AutoPad::kSame) return CeilDiv(in, axis.stride);
  const int64_t room = in + axis.pad_begin + axis.pad_end - axis.kernel_extent();
  if (room < 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "spatial axis ", index, " has ", in + axis.pad_begin + axis.pad_end,
        " elements with padding, expected at least ", axis.kernel_extent(), " for the kernel"));
  }
  if (!ceil_mode || window.auto_pad == AutoPad::kValid) return room / axis.stride + 1;
  const int64_t count = CeilDiv(room, axis.stride) + 1;
  // The last window must start inside the input or the padding before it.
  return (count - 1) * axis.stride >= in + axis.pad_begin ? count - 1 : count;
}

}  // namespace kairos

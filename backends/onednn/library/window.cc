#include "onednn/library/window.h"

#include <algorithm>

namespace kairos::onednn {
namespace {

int64_t At(absl::Span<const int64_t> values, size_t index, int64_t fallback) {
  return index < values.size() ? values[index] : fallback;
}

// Pads in front when they follow from `total`, those of both ends. Which half is the greater is
// ONNX's convention, and the reverse of it for ConvTranspose.
int64_t AutoPadBegin(absl::string_view auto_pad, int64_t total, bool transposed) {
  const int64_t lesser = total / 2, greater = total - lesser;
  const bool upper = auto_pad == "SAME_UPPER";
  if (transposed) return upper ? lesser : greater;
  return upper ? lesser : greater;
}

}  // namespace

double Window::kernel_size() const {
  double size = 1;
  for (size_t i = 0; i < axes; ++i) size *= static_cast<double>(kernel[i]);
  return size;
}

Window MakeWindow(const Node& node, absl::Span<const int64_t> kernel,
                  absl::Span<const int64_t> wide, absl::Span<const int64_t> narrow,
                  bool transposed) {
  const Attributes& attributes = node.attributes;
  const absl::string_view auto_pad = attributes.String("auto_pad", "NOTSET");
  const absl::Span<const int64_t> pads = attributes.Ints("pads");
  const bool sized = transposed && !attributes.Ints("output_shape").empty();
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  Window window;
  window.axes = kernel.size();
  for (size_t i = 0; i < window.axes; ++i) {
    const int64_t stride = At(attributes.Ints("strides"), i, 1);
    const int64_t dilation = At(attributes.Ints("dilations"), i, 1);
    const int64_t extra = transposed ? At(attributes.Ints("output_padding"), i, 0) : 0;
    const int64_t reach = (narrow[i + 2] - 1) * stride + (kernel[i] - 1) * dilation + 1;
    // Pads of both ends that make the last window end with the tensor.
    const int64_t total = reach - wide[i + 2];
    int64_t begin = 0;
    if (same || sized) {
      begin = AutoPadBegin(auto_pad, std::max<int64_t>(total + extra, 0), transposed);
    } else if (auto_pad != "VALID") {
      begin = At(pads, i, 0);
    }
    window.kernel[i] = kernel[i];
    window.strides[i] = stride;
    window.dilations[i] = dilation - 1;
    window.pads_begin[i] = begin;
    window.pads_end[i] = transposed ? total - begin : std::max<int64_t>(total - begin, 0);
    const int64_t given = auto_pad == "VALID" ? 0 : At(pads, window.axes + i, 0);
    window.given_pads_end[i] = same ? window.pads_end[i] : given;
    if (window.pads_end[i] > window.given_pads_end[i]) window.passes_end_pads = true;
  }
  return window;
}

}  // namespace kairos::onednn

#include "reference/window.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kairos::reference {
namespace {

int64_t CeilDiv(int64_t a, int64_t b) { return a >= 0 ? (a + b - 1) / b : -(-a / b); }

int64_t At(absl::Span<const int64_t> values, size_t index, int64_t fallback) {
  return index < values.size() ? values[index] : fallback;
}

// Extents, strides and dilations; padding is for the caller.
Window MakeUnpaddedWindow(const Node& node, absl::Span<const int64_t> src,
                          absl::Span<const int64_t> dst, absl::Span<const int64_t> kernel) {
  const size_t axes = kernel.size();
  Window window;
  for (size_t i = 0; i < axes; ++i) {
    WindowAxis& axis = window[kAxes - axes + i];
    axis.in = src[i + 2];
    axis.out = dst[i + 2];
    axis.kernel = kernel[i];
    axis.stride = At(node.attributes.Ints("strides"), i, 1);
    axis.dilation = At(node.attributes.Ints("dilations"), i, 1);
  }
  return window;
}

// `extra_at_end`: where the odd element of an odd padding goes.
void SplitPadding(int64_t total, bool extra_at_end, WindowAxis& axis) {
  total = std::max<int64_t>(total, 0);
  axis.pad_begin = extra_at_end ? total / 2 : total - total / 2;
  axis.pad_end = total - axis.pad_begin;
}

void SetPads(const Node& node, size_t axes, size_t i, WindowAxis& axis) {
  const absl::Span<const int64_t> pads = node.attributes.Ints("pads");
  axis.pad_begin = At(pads, i, 0);
  axis.pad_end = At(pads, axes + i, 0);
}

}  // namespace

absl::Status CheckSpatialRank(const KernelRequest& request) {
  const size_t rank = request.inputs[0].type.shape.size();
  if (rank >= 3 && rank <= kAxes + 2) return absl::OkStatus();
  return absl::UnimplementedError(absl::StrCat(request.node->op, ": no kernel for ",
                                               rank < 2 ? 0 : rank - 2,
                                               " spatial dimensions, expected 1 to ", kAxes));
}

Window MakeWindow(const Node& node, absl::Span<const int64_t> src, absl::Span<const int64_t> dst,
                  absl::Span<const int64_t> kernel) {
  Window window = MakeUnpaddedWindow(node, src, dst, kernel);
  const absl::string_view auto_pad = node.attributes.String("auto_pad", "NOTSET");
  for (size_t i = 0; i < kernel.size(); ++i) {
    WindowAxis& axis = window[kAxes - kernel.size() + i];
    if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
      const int64_t extent = (axis.kernel - 1) * axis.dilation + 1;
      SplitPadding((axis.out - 1) * axis.stride + extent - axis.in, auto_pad == "SAME_UPPER", axis);
    } else if (auto_pad != "VALID") {
      SetPads(node, kernel.size(), i, axis);
    }
  }
  return window;
}

Window MakeTransposedWindow(const Node& node, absl::Span<const int64_t> src,
                            absl::Span<const int64_t> dst, absl::Span<const int64_t> kernel) {
  Window window = MakeUnpaddedWindow(node, src, dst, kernel);
  const absl::string_view auto_pad = node.attributes.String("auto_pad", "NOTSET");
  const bool same = auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER";
  for (size_t i = 0; i < kernel.size(); ++i) {
    WindowAxis& axis = window[kAxes - kernel.size() + i];
    if (same || node.attributes.Has("output_shape")) {
      const int64_t total = axis.stride * (axis.in - 1) +
                            At(node.attributes.Ints("output_padding"), i, 0) +
                            (axis.kernel - 1) * axis.dilation + 1 - axis.out;
      SplitPadding(total, auto_pad == "SAME_UPPER", axis);
    } else if (auto_pad != "VALID") {
      SetPads(node, kernel.size(), i, axis);
    }
  }
  return window;
}

Overlap TapOverlap(const WindowAxis& axis, int64_t k, int64_t begin, int64_t end) {
  const int64_t shift = k * axis.dilation - axis.pad_begin;
  Overlap overlap;
  overlap.out_begin = std::max(begin, CeilDiv(-shift, axis.stride));
  overlap.in_begin = overlap.out_begin * axis.stride + shift;
  overlap.in_step = axis.stride;
  end = std::min(end, CeilDiv(axis.in - shift, axis.stride));
  overlap.count = std::max<int64_t>(end - overlap.out_begin, 0);
  return overlap;
}

Overlap TransposedTapOverlap(const WindowAxis& axis, int64_t k, int64_t begin, int64_t end) {
  const int64_t shift = k * axis.dilation - axis.pad_begin;
  Overlap overlap;
  overlap.in_begin = std::max<int64_t>(0, CeilDiv(begin - shift, axis.stride));
  overlap.out_begin = overlap.in_begin * axis.stride + shift;
  overlap.out_step = axis.stride;
  const int64_t in_end = std::min(axis.in, CeilDiv(end - shift, axis.stride));
  overlap.count = std::max<int64_t>(in_end - overlap.in_begin, 0);
  return overlap;
}

Covered CoveredBy(const WindowAxis& axis, int64_t out) {
  const int64_t start = out * axis.stride - axis.pad_begin;
  const int64_t first = std::max<int64_t>(0, CeilDiv(-start, axis.dilation));
  const int64_t end = std::min(axis.kernel, CeilDiv(axis.in - start, axis.dilation));
  return {.begin = start + first * axis.dilation,
          .step = axis.dilation,
          .count = std::max<int64_t>(end - first, 0)};
}

SpatialStrides StridesOf(const TensorType& type) {
  const Shape dense = DenseStrides(type.shape, type.layout);
  SpatialStrides strides;
  strides.batch = dense[0];
  strides.channel = dense[1];
  const size_t missing = kAxes + 2 - dense.size();
  for (size_t i = 2; i < dense.size(); ++i) strides.axes[missing + i - 2] = dense[i];
  return strides;
}

Planes PlanesOf(const TensorType& type) {
  const Shape dense = DenseStrides(type.shape, type.layout);
  Planes planes;
  planes.batch = type.shape[0];
  planes.channels = type.shape[1];
  planes.count = ElementCount(absl::MakeConstSpan(type.shape).subspan(2));
  planes.batch_stride = dense[0];
  planes.channel_stride = dense[1];
  if (dense.size() > 2) planes.stride = dense.back();
  return planes;
}

}  // namespace kairos::reference

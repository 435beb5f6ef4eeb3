// The geometry of operators that slide a window over spatial dimensions (Conv, ConvTranspose and
// the pools). There are always three axes: the missing ones come first and have extent 1.
#ifndef KAIROS_BACKENDS_REFERENCE_WINDOW_H_
#define KAIROS_BACKENDS_REFERENCE_WINDOW_H_

#include <array>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"

#include "kairos/graph.h"
#include "kairos/kernel.h"
#include "kairos/tensor.h"

namespace kairos::reference {

inline constexpr int kAxes = 3;

struct WindowAxis {
  int64_t in = 1, out = 1;  // extents of the operator's input and output
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t pad_begin = 0, pad_end = 0;
};
using Window = std::array<WindowAxis, kAxes>;

// kUnimplemented unless input 0 has 1 to kAxes spatial dimensions.
absl::Status CheckSpatialRank(const KernelRequest& request);

// From the attributes strides, dilations, pads and auto_pad, and shapes [N, C, D...]. Padding that
// auto_pad leaves open follows from the output's extent.
Window MakeWindow(const Node& node, absl::Span<const int64_t> src, absl::Span<const int64_t> dst,
                  absl::Span<const int64_t> kernel);
// The same for ConvTranspose, with its output_padding and output_shape.
Window MakeTransposedWindow(const Node& node, absl::Span<const int64_t> src,
                            absl::Span<const int64_t> dst, absl::Span<const int64_t> kernel);

// The outputs out_begin + i * out_step of one axis, and the inputs in_begin + i * in_step that tap
// k of the kernel connects them to, i < count; padding is left out.
struct Overlap {
  int64_t out_begin = 0, out_step = 1, in_begin = 0, in_step = 1, count = 0;
};
// Outputs are taken from [begin, end).
Overlap TapOverlap(const WindowAxis& axis, int64_t k, int64_t begin, int64_t end);
Overlap TransposedTapOverlap(const WindowAxis& axis, int64_t k, int64_t begin, int64_t end);

// The inputs begin + i * step, i < count, of one axis that the window at output `out` covers;
// padding is left out.
struct Covered {
  int64_t begin = 0, step = 1, count = 0;
};
Covered CoveredBy(const WindowAxis& axis, int64_t out);

// Strides in elements of a tensor [N, C, D...] in either layout, spatial ones as in Window.
struct SpatialStrides {
  int64_t batch = 0, channel = 0;
  std::array<int64_t, kAxes> axes = {0, 0, 0};
};
SpatialStrides StridesOf(const TensorType& type);

// [N, C, D...] with the spatial dimensions as one: in both layouts they are a single strided run.
struct Planes {
  int64_t batch = 1, channels = 1, count = 1;  // count: elements of one plane
  int64_t batch_stride = 0, channel_stride = 0, stride = 1;

  int64_t offset(int64_t n, int64_t c) const { return n * batch_stride + c * channel_stride; }
};
// `type` has rank 2 at least.
Planes PlanesOf(const TensorType& type);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_WINDOW_H_

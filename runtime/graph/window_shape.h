// The attributes that Conv, ConvTranspose and the pools share, checked against a number of spatial
// axes, and the extents that follow from them (ONNX, "Conv", "MaxPool", "ConvTranspose").
#ifndef KAIROS_RUNTIME_GRAPH_WINDOW_SHAPE_H_
#define KAIROS_RUNTIME_GRAPH_WINDOW_SHAPE_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/graph.h"

namespace kairos {

enum class AutoPad : uint8_t { kNotSet, kSame, kValid };

struct SlidingAxis {
  int64_t kernel = 1, stride = 1, dilation = 1;
  int64_t pad_begin = 0, pad_end = 0;  // 0 unless AutoPad::kNotSet

  // Elements from the first to the last one under the kernel.
  int64_t kernel_extent() const { return (kernel - 1) * dilation + 1; }
};

struct SlidingWindow {
  AutoPad auto_pad = AutoPad::kNotSet;
  std::vector<SlidingAxis> axes;
};

// kInvalidArgument names the attribute whose length does not fit `kernel`.
absl::StatusOr<SlidingWindow> ReadSlidingWindow(const Node& node, absl::Span<const int64_t> kernel);

// The list attribute `name`, with `count` elements or absent.
absl::Status ExpectLength(const Node& node, absl::string_view name, size_t count);

// Positions of the window over `in` elements; kInvalidArgument when there is no room for one.
// `index` is the spatial axis, for the message.
absl::StatusOr<int64_t> WindowCount(const SlidingWindow& window, size_t index, int64_t in,
                                    bool ceil_mode);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_WINDOW_SHAPE_H_

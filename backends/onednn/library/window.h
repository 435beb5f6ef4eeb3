// The window of a convolution or pooling as the library wants it: dilations from zero, and end pads
// that follow from the sizes.
#ifndef KAIROS_BACKENDS_ONEDNN_LIBRARY_WINDOW_H_
#define KAIROS_BACKENDS_ONEDNN_LIBRARY_WINDOW_H_

#include <cstdint>

#include "absl/types/span.h"
#include "oneapi/dnnl/dnnl_types.h"

#include "kairos/graph.h"

namespace kairos::onednn {

struct Window {
  size_t axes = 0;  // spatial dimensions
  dnnl_dims_t kernel = {}, strides = {}, dilations = {}, pads_begin = {}, pads_end = {};
  // End pads as the node gives them.
  dnnl_dims_t given_pads_end = {};
  // Whether some window reaches beyond those (ceil_mode).
  bool passes_end_pads = false;

  double kernel_size() const;
};

// `in` and `out` are shapes [N, C, D...] of the wide side and of the narrow side: input and output
// of a convolution, output and input of a transposed one.
Window MakeWindow(const Node& node, absl::Span<const int64_t> kernel,
                  absl::Span<const int64_t> wide, absl::Span<const int64_t> narrow,
                  bool transposed);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_LIBRARY_WINDOW_H_

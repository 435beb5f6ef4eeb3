// What our own convolutions know of a request.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_CONV_SHAPE_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_CONV_SHAPE_H_

#include <array>
#include <cstdint>

#include "absl/status/statusor.h"

#include "onednn/own/own_kernel.h"

namespace kairos::onednn::own {

inline constexpr size_t kConvInput = 0, kConvWeights = 1, kConvBias = 2;

// A two-dimensional convolution; pairs are (along height, along width).
struct ConvShape {
  int64_t images = 0, in_channels = 0, out_channels = 0, groups = 1;
  std::array<int64_t, 2> in, out;  // pixels
  std::array<int64_t, 2> kernel, strides, dilations;
  std::array<int64_t, 2> pads_begin = {};  // end pads follow from the sizes
  bool has_bias = false;

  int64_t in_pixels() const { return in[0] * in[1]; }
  int64_t out_pixels() const { return out[0] * out[1]; }
};

// kUnimplemented unless activations are channels-last images of float32 and the weights constant.
absl::StatusOr<ConvShape> ConvShapeOf(const KernelRequest& request);

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_CONV_SHAPE_H_

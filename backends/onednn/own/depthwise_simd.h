// Depthwise convolution of one row of a channels-last image, or of a part of one.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_DEPTHWISE_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_DEPTHWISE_SIMD_H_

#include <cstdint>

#include "onednn/own/fused_steps.h"

namespace kairos::onednn::own {

struct DepthwiseRow {
  // Per row of the window: pixel 0 of the image's row under it, at the first channel to compute;
  // null outside the image.
  const float* const* in = nullptr;
  const float* weights = nullptr;  // [window row][window column][weights_stride]
  const float* bias = nullptr;     // null: zeros
  float* out = nullptr;            // the first pixel to compute
  int64_t channels = 0;            // to compute
  int64_t pixel_stride = 0;        // floats between pixels, of in and out
  int64_t weights_stride = 0;
  int64_t kernel_rows = 0, kernel_columns = 0;
  int64_t in_width = 0;
  int64_t first = 0, count = 0;               // pixels of the row of the output to compute
  int64_t stride = 1, dilation = 1, pad = 0;  // along the row
  FusedSteps steps;
};

using DepthwiseFunction = void (*)(const DepthwiseRow& row);
DepthwiseFunction FindDepthwise();

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_DEPTHWISE_SIMD_H_

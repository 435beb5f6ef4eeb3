// Pooling of one row of a channels-last image, or of a part of one.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_POOL_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_POOL_SIMD_H_

#include <cstdint>

namespace kairos::onednn::own {

// What lies under a window along one axis: begin, begin + dilation, ..., `count` of them.
struct PoolSpan {
  int64_t begin = 0, count = 0;
};

struct PoolRow {
  const float* in = nullptr;          // pixel 0 of the image's first row under the window
  int64_t rows = 0;                   // of the image under the window
  int64_t row_step = 0;               // floats between them
  const PoolSpan* columns = nullptr;  // per output pixel
  int64_t column_step = 0;            // floats between the pixels of a span
  // An average divides by the product of these, the second per output pixel.
  float row_count = 1.0f;
  const float* column_counts = nullptr;
  float* out = nullptr;  // its first pixel
  int64_t out_width = 0, channels = 0;
};

// A maximum over nothing is -infinity, an average 0; NaN gives NaN.
struct PoolFunctions {
  void (*max)(const PoolRow& row);
  void (*average)(const PoolRow& row);
};
PoolFunctions FindPool();

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_POOL_SIMD_H_

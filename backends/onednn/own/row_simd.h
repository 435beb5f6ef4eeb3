// Normalisations of one contiguous row of floats. `src` and `dst` may be the same.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_ROW_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_ROW_SIMD_H_

#include <cstdint>

namespace kairos::onednn::own {

struct RowFunctions {
  // exp(x - max) / sum, and x - max - log(sum). Count at least 1.
  void (*softmax)(const float* src, int64_t count, float* dst) = nullptr;
  void (*log_softmax)(const float* src, int64_t count, float* dst) = nullptr;
  // (x - mean) / sqrt(variance + epsilon) * scale + bias; `bias` may be null. Returns what it
  // found.
  struct Moments {
    float mean, inverse_deviation;
  };
  Moments (*layer_norm)(const float* src, int64_t count, float epsilon, const float* scale,
                        const float* bias, float* dst) = nullptr;
};
RowFunctions FindRowFunctions();

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_ROW_SIMD_H_

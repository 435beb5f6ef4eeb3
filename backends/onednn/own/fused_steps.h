// Post-ops that kernels apply to their results while these are still in registers.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_H_

#include <limits>

namespace kairos::onednn::own {

// In this order. A list of steps of any kind would be more general, but compilers keep the results
// in memory from one step to the next then.
struct FusedSteps {
  bool hard_swish = false;  // x * min(max(x / 6 + 1 / 2, 0), 1)
  bool affine = false;      // x * scale + shift
  float scale = 1.0f, shift = 0.0f;
  // x + addend[offset of x]: lies like the results, and is what belongs to the first of them.
  const float* addend = nullptr;
  // min(max(x, low), high); NaN stays.
  float low = -std::numeric_limits<float>::infinity();
  float high = std::numeric_limits<float>::infinity();

  bool more_than_bounds() const { return hard_swish || affine || addend != nullptr; }
};

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_H_

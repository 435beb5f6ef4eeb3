// A few rows times weights as they lie in the model, [columns, depth]: as fast as memory gives
// them, with no copy of them in another form.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_DOT_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_DOT_SIMD_H_

#include <cstdint>

#include "onednn/own/fused_steps.h"

namespace kairos::onednn::own {

inline constexpr int64_t kMaxDotRows = 2;

struct DotArgs {
  const float* a = nullptr;  // rows of `depth` floats, one after the other
  int64_t rows = 0;          // 1 to kMaxDotRows
  int64_t depth = 0;
  const float* weights = nullptr;  // of the first column
  const float* bias = nullptr;     // of the first column; null: zeros
  float* c = nullptr;
  int64_t c_stride = 0;  // floats between rows
  int64_t columns = 0;
  FusedSteps steps;
};

// An element's bits do not depend on how rows and columns are shared out.
using DotFunction = void (*)(const DotArgs& args);
DotFunction FindDot();

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_DOT_SIMD_H_

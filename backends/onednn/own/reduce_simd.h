// Sums and extrema of float runs and columns. Sums are taken in blocks, so that the error grows
// with the logarithm of the length or nearly so.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_REDUCE_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_REDUCE_SIMD_H_

#include <cstdint>

namespace kairos::onednn::own {

enum class Reduction : uint8_t { kSum, kSumAbs, kSumSquare, kMax, kMin };

struct ReduceFunctions {
  // Of src[0, count); count at least 1. NaN gives NaN.
  float (*run)(const float* src, int64_t count) = nullptr;
  // dst[c] of src[r * columns + c] over r in [0, rows); rows at least 1.
  void (*columns)(const float* src, int64_t rows, int64_t columns, float* dst) = nullptr;
  // The same of results of `columns`.
  void (*join_columns)(const float* src, int64_t rows, int64_t columns, float* dst) = nullptr;
  // Of two results of `run`.
  double (*combine)(double a, double b) = nullptr;
};
ReduceFunctions FindReduction(Reduction reduction);

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_REDUCE_SIMD_H_

// As simd.h, for code that keeps arrays of vectors: targets whose vectors have no fixed size are
// left out, machines with them use NEON.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_FIXED_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_FIXED_SIMD_H_

#include "onednn/own/simd.h"

#undef HWY_DISABLED_TARGETS
#define HWY_DISABLED_TARGETS \
  (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_FIXED_SIMD_H_

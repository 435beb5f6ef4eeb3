// The vector targets that the *_simd.cc files are compiled for: AVX-512, AVX2 and Highway's
// portable fallback on x86, NEON and SVE on Arm. Include it before anything of Highway. The targets
// in between are left out: machines with them alone are rare and each costs a copy of all this
// code.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_SIMD_H_

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_SSE4 | HWY_AVX3_DL)

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_SIMD_H_

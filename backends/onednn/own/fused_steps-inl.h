// FusedSteps on vectors. Include it after fixed_simd.h.
#if defined(KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_
#undef KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_
#else
#define KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

#include "onednn/own/fused_steps.h"
#include "onednn/own/simd_math-inl.h"
#include "onednn/own/simd_part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

// In place on `results`; addend_at(i) loads what results[i] is added to.
template <size_t kCount, typename AddendAt>
HWY_INLINE void ApplySteps(const FusedSteps& steps, PartVec (&results)[kCount],
                           const AddendAt& addend_at) {
  const PartTag d;
  if (steps.hard_swish) {
    const PartVec slope = Fill(1.0f / 6.0f), half = Fill(0.5f);
    for (PartVec& x : results) x = hn::Mul(x, Unit(x, slope, half));
  }
  if (steps.affine) {
    const PartVec scale = hn::Set(d, steps.scale), shift = hn::Set(d, steps.shift);
    for (PartVec& x : results) x = hn::MulAdd(x, scale, shift);
  }
  if (steps.addend != nullptr) {
    for (size_t i = 0; i < kCount; ++i) results[i] = hn::Add(results[i], addend_at(i));
  }
  const PartVec low = hn::Set(d, steps.low), high = hn::Set(d, steps.high);
  for (PartVec& x : results) x = AtMost(AtLeast(x, low), high);
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_

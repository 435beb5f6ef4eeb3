// FusedSteps on vectors. Include it after fixed_simd.h.
#if defined(KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_
#undef KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_
#else
#define KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_
#endif

#include "hwy/highway.h"

#include "onednn/own/fused_steps.h"
#include "onednn/own/simd_math-inl.h"
#include "onednn/own/simd_part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

// addend() loads what x is added to. Of a copy of `steps` that no store can change, so that what
// they say is read once.
template <typename Addend>
HWY_INLINE PartVec ApplySteps(const FusedSteps& steps, PartVec x, const Addend& addend) {
  const PartTag d;
  if (steps.hard_swish) x = hn::Mul(x, Unit(x, Fill(1.0f / 6.0f), Fill(0.5f)));
  if (steps.affine) x = hn::MulAdd(x, hn::Set(d, steps.scale), hn::Set(d, steps.shift));
  if (steps.addend != nullptr) x = hn::Add(x, addend());
  return AtMost(AtLeast(x, hn::Set(d, steps.low)), hn::Set(d, steps.high));
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_FUSED_STEPS_INL_H_

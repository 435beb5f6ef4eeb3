// Vectors of fixed size, at most 16 floats, and the rest of a row that does not fill one.
#if defined(KAIROS_BACKENDS_ONEDNN_OWN_SIMD_PART_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_BACKENDS_ONEDNN_OWN_SIMD_PART_INL_H_
#undef KAIROS_BACKENDS_ONEDNN_OWN_SIMD_PART_INL_H_
#else
#define KAIROS_BACKENDS_ONEDNN_OWN_SIMD_PART_INL_H_
#endif

#include <cstddef>

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using PartTag = hn::CappedTag<float, 16>;
using PartVec = hn::Vec<PartTag>;
constexpr size_t kPartLanes = hn::MaxLanes(PartTag());

// The first `count` lanes from memory, zeros in the others. Touches nothing beyond.
template <typename Tag>
HWY_INLINE hn::Vec<Tag> LoadPart(Tag d, const float* from, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float part[HWY_MAX_BYTES / sizeof(float)] = {};
  for (size_t i = 0; i < count; ++i) part[i] = from[i];
  return hn::Load(d, part);
#else
  return hn::MaskedLoad(hn::FirstN(d, count), d, from);
#endif
}
template <typename Tag>
HWY_INLINE void StorePart(hn::Vec<Tag> x, Tag d, float* to, size_t count) {
#if HWY_MEM_OPS_MIGHT_FAULT
  HWY_ALIGN float part[HWY_MAX_BYTES / sizeof(float)];
  hn::Store(x, d, part);
  for (size_t i = 0; i < count; ++i) to[i] = part[i];
#else
  hn::BlendedStore(x, hn::FirstN(d, count), d, to);
#endif
}

// The same for what may be a whole vector.
HWY_INLINE PartVec LoadUpTo(const float* from, size_t count) {
  const PartTag d;
  return count == kPartLanes ? hn::LoadU(d, from) : LoadPart(d, from, count);
}
HWY_INLINE void StoreUpTo(PartVec x, float* to, size_t count) {
  const PartTag d;
  if (count == kPartLanes) {
    hn::StoreU(x, d, to);
  } else {
    StorePart(x, d, to, count);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_SIMD_PART_INL_H_

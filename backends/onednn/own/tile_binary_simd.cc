#include <cmath>

#include "onednn/own/simd.h"
#include "onednn/own/tile.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/tile_binary_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "onednn/own/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

HWY_INLINE FloatVec AddOf(FloatVec a, FloatVec b) { return hn::Add(a, b); }
HWY_INLINE FloatVec SubOf(FloatVec a, FloatVec b) { return hn::Sub(a, b); }
HWY_INLINE FloatVec MulOf(FloatVec a, FloatVec b) { return hn::Mul(a, b); }
HWY_INLINE FloatVec DivOf(FloatVec a, FloatVec b) { return hn::Div(a, b); }
HWY_INLINE FloatVec AtLeastOf(FloatVec a, FloatVec b) { return AtLeast(a, b); }
HWY_INLINE FloatVec AtMostOf(FloatVec a, FloatVec b) { return AtMost(a, b); }
// NaN in b fails the comparison and is chosen.
HWY_INLINE FloatVec MaxOf(FloatVec a, FloatVec b) {
  return KeepNaN(a, hn::IfThenElse(hn::Gt(a, b), a, b));
}
HWY_INLINE FloatVec MinOf(FloatVec a, FloatVec b) {
  return KeepNaN(a, hn::IfThenElse(hn::Lt(a, b), a, b));
}
HWY_INLINE FloatVec PReluOf(FloatVec a, FloatVec b) {
  return hn::IfThenElse(hn::Lt(a, Fill(0.0f)), hn::Mul(a, b), a);
}
HWY_INLINE FloatVec SquareOf(FloatVec a, FloatVec) { return hn::Mul(a, a); }
HWY_INLINE FloatVec CubeOf(FloatVec a, FloatVec) { return hn::Mul(a, hn::Mul(a, a)); }
HWY_INLINE FloatVec InverseOf(FloatVec a, FloatVec) { return hn::Div(Fill(1.0f), a); }
HWY_INLINE FloatVec FirstOf(FloatVec a, FloatVec) { return a; }
// Differs from the square root where pow does: +0 for -0, +infinity for -infinity.
HWY_INLINE FloatVec RootOf(FloatVec a, FloatVec) {
  const FloatVec infinity = Fill(std::numeric_limits<float>::infinity());
  return hn::IfThenElse(hn::Eq(a, hn::Neg(infinity)), infinity, hn::Sqrt(hn::Add(a, Fill(0.0f))));
}

template <FloatVec (*kOp)(FloatVec, FloatVec), bool kScalarA, bool kScalarB>
void BinaryLoop(const float* a, const float* b, float* dst, size_t count) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  const FloatVec first_a = Fill(kScalarA ? *a : 0.0f);
  const FloatVec first_b = Fill(kScalarB ? *b : 0.0f);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const FloatVec x = kScalarA ? first_a : hn::LoadU(d, a + i);
    const FloatVec y = kScalarB ? first_b : hn::LoadU(d, b + i);
    hn::StoreU(kOp(x, y), d, dst + i);
  }
  if (i == count) return;
  const FloatVec x = kScalarA ? first_a : LoadPart(FloatTag(), a + i, count - i);
  const FloatVec y = kScalarB ? first_b : LoadPart(FloatTag(), b + i, count - i);
  StorePart(kOp(x, y), FloatTag(), dst + i, count - i);
}

template <FloatVec (*kOp)(FloatVec, FloatVec)>
void Binary(const Tile& tile) {
  const float* a = static_cast<const float*>(tile.src[0]);
  const float* b = static_cast<const float*>(tile.src[1]);
  float* dst = static_cast<float*>(tile.dst);
  const auto count = static_cast<size_t>(tile.count);
  if (tile.scalar[1]) return BinaryLoop<kOp, false, true>(a, b, dst, count);
  if (tile.scalar[0]) return BinaryLoop<kOp, true, false>(a, b, dst, count);
  BinaryLoop<kOp, false, false>(a, b, dst, count);
}

void Pow(const Tile& tile) {
  const float* a = static_cast<const float*>(tile.src[0]);
  const float* b = static_cast<const float*>(tile.src[1]);
  float* dst = static_cast<float*>(tile.dst);
  const auto count = static_cast<size_t>(tile.count);
  if (tile.scalar[1]) {
    if (*b == 2.0f) return BinaryLoop<SquareOf, false, true>(a, b, dst, count);
    if (*b == 0.5f) return BinaryLoop<RootOf, false, true>(a, b, dst, count);
    if (*b == -1.0f) return BinaryLoop<InverseOf, false, true>(a, b, dst, count);
    if (*b == 3.0f) return BinaryLoop<CubeOf, false, true>(a, b, dst, count);
    if (*b == 1.0f) return BinaryLoop<FirstOf, false, true>(a, b, dst, count);
  }
  const size_t step_a = tile.scalar[0] ? 0 : 1;
  const size_t step_b = tile.scalar[1] ? 0 : 1;
  for (size_t i = 0; i < count; ++i) dst[i] = std::pow(a[i * step_a], b[i * step_b]);
}

TileFunction FindBinary(FloatBinary op) {
  switch (op) {
    case FloatBinary::kAdd: return &Binary<AddOf>;
    case FloatBinary::kSub: return &Binary<SubOf>;
    case FloatBinary::kMul: return &Binary<MulOf>;
    case FloatBinary::kDiv: return &Binary<DivOf>;
    case FloatBinary::kMax: return &Binary<MaxOf>;
    case FloatBinary::kMin: return &Binary<MinOf>;
    case FloatBinary::kPow: return &Pow;
    case FloatBinary::kPRelu: return &Binary<PReluOf>;
    case FloatBinary::kAtLeast: return &Binary<AtLeastOf>;
    case FloatBinary::kAtMost: return &Binary<AtMostOf>;
  }
  return nullptr;
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(FindBinary);
TileFunction FindFloatBinary(FloatBinary op) { return HWY_DYNAMIC_DISPATCH(FindBinary)(op); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

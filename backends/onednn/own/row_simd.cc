#include "onednn/own/row_simd.h"

#include <cmath>

#include "onednn/own/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/row_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "onednn/own/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

HWY_INLINE float SumOf(FloatVec x) {
  const FloatTag d;
  return hn::GetLane(hn::SumOfLanes(d, x));
}

// Calls body(vector, index) for whole vectors of src and body(part, index) for the rest, whose
// missing lanes hold `filler`.
template <typename Body>
HWY_INLINE void ForVectors(const float* src, size_t count, float filler, const Body& body) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) body(hn::LoadU(d, src + i), i);
  if (i == count) return;
  const FloatVec part = LoadPart(d, src + i, count - i);
  body(hn::IfThenElse(hn::FirstN(d, count - i), part, Fill(filler)), i);
}

HWY_INLINE void StoreAt(FloatVec x, float* dst, size_t i, size_t count) {
  const FloatTag d;
  if (i + hn::Lanes(d) <= count) {
    hn::StoreU(x, d, dst + i);
  } else {
    StorePart(x, d, dst + i, count - i);
  }
}

// NaN may be ignored: it comes back through exp.
HWY_INLINE FloatVec MaxOf(const float* src, size_t count) {
  const FloatTag d;
  FloatVec max = Fill(src[0]);
  ForVectors(src, count, src[0], [&](FloatVec x, size_t) { max = hn::Max(max, x); });
  return hn::MaxOfLanes(d, max);
}

void Softmax(const float* src, int64_t signed_count, float* dst) {
  const auto count = static_cast<size_t>(signed_count);
  const FloatVec max = MaxOf(src, count);
  FloatVec sum = Fill(0.0f);
  const float lowest = -std::numeric_limits<float>::infinity();
  ForVectors(src, count, lowest, [&](FloatVec x, size_t i) {
    const FloatVec e = ExpOfNegative(hn::Sub(x, max));
    sum = hn::Add(sum, e);
    StoreAt(e, dst, i, count);
  });
  const FloatVec factor = Fill(1.0f / SumOf(sum));
  ForVectors(dst, count, 0.0f,
             [&](FloatVec e, size_t i) { StoreAt(hn::Mul(e, factor), dst, i, count); });
}

void LogSoftmax(const float* src, int64_t signed_count, float* dst) {
  const auto count = static_cast<size_t>(signed_count);
  const FloatVec max = MaxOf(src, count);
  FloatVec sum = Fill(0.0f);
  const float lowest = -std::numeric_limits<float>::infinity();
  ForVectors(src, count, lowest,
             [&](FloatVec x, size_t) { sum = hn::Add(sum, ExpOfNegative(hn::Sub(x, max))); });
  const FloatVec log = Fill(std::log(SumOf(sum)));
  ForVectors(src, count, 0.0f,
             [&](FloatVec x, size_t i) { StoreAt(hn::Sub(hn::Sub(x, max), log), dst, i, count); });
}

// The sum over a row of what add(sum, x) adds to `sum`; several sums hide its latency.
template <typename Add>
HWY_INLINE float SumOver(const float* src, size_t count, float filler, const Add& add) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  FloatVec a = Fill(0.0f), b = a, c = a, e = a;
  size_t i = 0;
  for (; i + 4 * lanes <= count; i += 4 * lanes) {
    a = add(a, hn::LoadU(d, src + i));
    b = add(b, hn::LoadU(d, src + i + lanes));
    c = add(c, hn::LoadU(d, src + i + 2 * lanes));
    e = add(e, hn::LoadU(d, src + i + 3 * lanes));
  }
  ForVectors(src + i, count - i, filler, [&](FloatVec x, size_t) { a = add(a, x); });
  return SumOf(hn::Add(hn::Add(a, b), hn::Add(c, e)));
}

RowFunctions::Moments LayerNorm(const float* src, int64_t signed_count, float epsilon,
                                const float* scale, const float* bias, float* dst) {
  const auto count = static_cast<size_t>(signed_count);
  const auto size = static_cast<float>(signed_count);
  const auto add = [](FloatVec sum, FloatVec x) { return hn::Add(sum, x); };
  const float mean = SumOver(src, count, 0.0f, add) / size;
  const FloatVec means = Fill(mean);
  const auto add_square = [means](FloatVec sum, FloatVec x) {
    const FloatVec centred = hn::Sub(x, means);
    return hn::MulAdd(centred, centred, sum);
  };
  const float variance = SumOver(src, count, mean, add_square) / size;
  const float inverse = 1.0f / std::sqrt(variance + epsilon);
  const FloatVec factor = Fill(inverse);
  const FloatTag d;
  ForVectors(src, count, 0.0f, [&](FloatVec x, size_t i) {
    const bool whole = i + hn::Lanes(d) <= count;
    const FloatVec s = whole ? hn::LoadU(d, scale + i) : LoadPart(d, scale + i, count - i);
    const FloatVec y = hn::Mul(hn::Mul(hn::Sub(x, means), factor), s);
    if (bias == nullptr) return StoreAt(y, dst, i, count);
    StoreAt(hn::Add(y, whole ? hn::LoadU(d, bias + i) : LoadPart(d, bias + i, count - i)), dst, i,
            count);
  });
  return {mean, inverse};
}

RowFunctions Find() { return {&Softmax, &LogSoftmax, &LayerNorm}; }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(Find);
RowFunctions FindRowFunctions() { return HWY_DYNAMIC_DISPATCH(Find)(); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

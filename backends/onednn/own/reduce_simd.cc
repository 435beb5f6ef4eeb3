#include "onednn/own/reduce_simd.h"

#include <algorithm>
#include <cmath>

#include "onednn/own/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/reduce_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "onednn/own/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

constexpr int64_t kRunBlock = 4096;

// Each operation: the first element, one more, and two results joined.
struct SumOf {
  static FloatVec First(FloatVec x) { return x; }
  static FloatVec Join(FloatVec a, FloatVec b) { return hn::Add(a, b); }
  static double Combine(double a, double b) { return a + b; }
};
struct SumAbsOf : SumOf {
  static FloatVec First(FloatVec x) { return hn::Abs(x); }
};
struct SumSquareOf : SumOf {
  static FloatVec First(FloatVec x) { return hn::Mul(x, x); }
};
// NaN in b fails the comparison and is chosen.
struct MaxOf {
  static FloatVec First(FloatVec x) { return x; }
  static FloatVec Join(FloatVec a, FloatVec b) {
    return KeepNaN(a, hn::IfThenElse(hn::Gt(a, b), a, b));
  }
  static double Combine(double a, double b) { return std::isnan(a) || a > b ? a : b; }
};
struct MinOf {
  static FloatVec First(FloatVec x) { return x; }
  static FloatVec Join(FloatVec a, FloatVec b) {
    return KeepNaN(a, hn::IfThenElse(hn::Lt(a, b), a, b));
  }
  static double Combine(double a, double b) { return std::isnan(a) || a < b ? a : b; }
};

// Combines `count` lanes of `x`, 1 or more.
template <typename Op>
double CombineLanes(FloatVec x, size_t count) {
  HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)] = {};
  hn::Store(x, FloatTag(), lanes);
  double result = lanes[0];
  for (size_t i = 1; i < count; ++i) result = Op::Combine(result, lanes[i]);
  return result;
}

// Of less than one block; four accumulators hide the latency of an addition.
template <typename Op>
double Block(const float* src, size_t count) {
  const FloatTag d;
  const size_t lanes = hn::Lanes(d);
  if (count < lanes) return CombineLanes<Op>(Op::First(LoadPart(src, count)), count);
  FloatVec sum = Op::First(hn::LoadU(d, src));
  size_t i = lanes;
  if (count >= 4 * lanes) {
    FloatVec b = Op::First(hn::LoadU(d, src + i));
    FloatVec c = Op::First(hn::LoadU(d, src + i + lanes));
    FloatVec e = Op::First(hn::LoadU(d, src + i + 2 * lanes));
    for (i += 3 * lanes; i + 4 * lanes <= count; i += 4 * lanes) {
      sum = Op::Join(sum, Op::First(hn::LoadU(d, src + i)));
      b = Op::Join(b, Op::First(hn::LoadU(d, src + i + lanes)));
      c = Op::Join(c, Op::First(hn::LoadU(d, src + i + 2 * lanes)));
      e = Op::Join(e, Op::First(hn::LoadU(d, src + i + 3 * lanes)));
    }
    sum = Op::Join(Op::Join(sum, b), Op::Join(c, e));
  }
  for (; i + lanes <= count; i += lanes) sum = Op::Join(sum, Op::First(hn::LoadU(d, src + i)));
  const double result = CombineLanes<Op>(sum, lanes);
  if (i == count) return result;
  return Op::Combine(result, CombineLanes<Op>(Op::First(LoadPart(src + i, count - i)), count - i));
}

template <typename Op>
float Run(const float* src, int64_t count) {
  double result = Block<Op>(src, static_cast<size_t>(std::min(count, kRunBlock)));
  for (int64_t i = kRunBlock; i < count; i += kRunBlock) {
    const auto size = static_cast<size_t>(std::min(count - i, kRunBlock));
    result = Op::Combine(result, Block<Op>(src + i, size));
  }
  return static_cast<float>(result);
}

// One vector of columns of four rows, joined in pairs.
template <typename Op>
HWY_INLINE FloatVec FourRows(const float* src, int64_t stride) {
  const FloatTag d;
  const FloatVec a = Op::First(hn::LoadU(d, src));
  const FloatVec b = Op::First(hn::LoadU(d, src + stride));
  const FloatVec c = Op::First(hn::LoadU(d, src + 2 * stride));
  const FloatVec e = Op::First(hn::LoadU(d, src + 3 * stride));
  return Op::Join(Op::Join(a, b), Op::Join(c, e));
}

// Reads src once from front to back; dst, the running result, stays in the first-level cache.
template <typename Op>
void Columns(const float* src, int64_t rows, int64_t columns, float* dst) {
  const FloatTag d;
  const auto lanes = static_cast<int64_t>(hn::Lanes(d));
  const int64_t whole = columns / lanes * lanes;
  const auto rest = static_cast<size_t>(columns - whole);
  int64_t row = 0;
  for (int64_t step; row < rows; row += step) {
    step = row + 4 <= rows ? 4 : 1;
    const float* from = src + row * columns;
    for (int64_t c = 0; c < whole; c += lanes) {
      const FloatVec x =
          step == 4 ? FourRows<Op>(from + c, columns) : Op::First(hn::LoadU(d, from + c));
      hn::StoreU(row == 0 ? x : Op::Join(hn::LoadU(d, dst + c), x), d, dst + c);
    }
    if (rest == 0) continue;
    FloatVec x = Op::First(LoadPart(from + whole, rest));
    for (int64_t r = 1; r < step; ++r) {
      x = Op::Join(x, Op::First(LoadPart(from + r * columns + whole, rest)));
    }
    StorePart(row == 0 ? x : Op::Join(LoadPart(dst + whole, rest), x), dst + whole, rest);
  }
}

template <typename Op>
ReduceFunctions FunctionsOf() {
  return {&Run<Op>, &Columns<Op>, &Op::Combine};
}

ReduceFunctions Find(Reduction reduction) {
  switch (reduction) {
    case Reduction::kSum: return FunctionsOf<SumOf>();
    case Reduction::kSumAbs: return FunctionsOf<SumAbsOf>();
    case Reduction::kSumSquare: return FunctionsOf<SumSquareOf>();
    case Reduction::kMax: return FunctionsOf<MaxOf>();
    case Reduction::kMin: return FunctionsOf<MinOf>();
  }
  return {};
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(Find);
ReduceFunctions FindReduction(Reduction reduction) { return HWY_DYNAMIC_DISPATCH(Find)(reduction); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

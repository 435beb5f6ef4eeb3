#include "onednn/own/reduce_simd.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "onednn/own/fixed_simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/reduce_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "onednn/own/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

constexpr int64_t kRunBlock = 4096;

// Each operation: the result of nothing, of one element, and two results joined.
struct SumOf {
  static constexpr float kStart = 0.0f;
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
  static constexpr float kStart = -std::numeric_limits<float>::infinity();
  static FloatVec First(FloatVec x) { return x; }
  static FloatVec Join(FloatVec a, FloatVec b) {
    return hn::IfThenElse(hn::Or(hn::Gt(a, b), hn::IsNaN(a)), a, b);
  }
  static double Combine(double a, double b) { return std::isnan(a) || a > b ? a : b; }
};
struct MinOf {
  static constexpr float kStart = std::numeric_limits<float>::infinity();
  static FloatVec First(FloatVec x) { return x; }
  static FloatVec Join(FloatVec a, FloatVec b) {
    return hn::IfThenElse(hn::Or(hn::Lt(a, b), hn::IsNaN(a)), a, b);
  }
  static double Combine(double a, double b) { return std::isnan(a) || a < b ? a : b; }
};

// Of results instead of elements.
template <typename Op>
struct Joined : Op {
  static FloatVec First(FloatVec x) { return x; }
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
  if (count < lanes) return CombineLanes<Op>(Op::First(LoadPart(d, src, count)), count);
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
  return Op::Combine(result,
                     CombineLanes<Op>(Op::First(LoadPart(d, src + i, count - i)), count - i));
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

constexpr size_t kSums = 8, kWidest = 12;  // vectors

// kVectors vectors of columns, in sums enough to hide the latency of an addition.
template <typename Op, size_t kVectors>
HWY_INLINE void ColumnBlock(const float* src, int64_t rows, int64_t stride, float* dst) {
  constexpr size_t kRows = std::max<size_t>(1, kSums / kVectors);
  const FloatTag d;
  FloatVec sums[kRows][kVectors];
  for (auto& sum : sums) {
    for (FloatVec& x : sum) x = Fill(Op::kStart);
  }
  const auto add_row = [&](FloatVec(&sum)[kVectors]) {
    for (size_t v = 0; v < kVectors; ++v) {
      sum[v] = Op::Join(sum[v], Op::First(hn::LoadU(d, src + v * hn::Lanes(d))));
    }
    src += stride;
  };
  int64_t row = 0;
  for (; row + static_cast<int64_t>(kRows) <= rows; row += static_cast<int64_t>(kRows)) {
    for (auto& sum : sums) add_row(sum);
  }
  for (; row < rows; ++row) add_row(sums[0]);
  for (size_t v = 0; v < kVectors; ++v) {
    for (size_t r = 1; r < kRows; ++r) sums[0][v] = Op::Join(sums[0][v], sums[r][v]);
    hn::StoreU(sums[0][v], d, dst + v * hn::Lanes(d));
  }
}

template <typename Op, size_t kVectors>
HWY_INLINE int64_t ColumnBlocks(const float* src, int64_t rows, int64_t columns, int64_t c,
                                float* dst) {
  const auto width = static_cast<int64_t>(kVectors * hn::Lanes(FloatTag()));
  for (; c + width <= columns; c += width) {
    ColumnBlock<Op, kVectors>(src + c, rows, columns, dst + c);
  }
  return c;
}

template <typename Op>
void WideColumns(const float* src, int64_t rows, int64_t columns, float* dst) {
  const auto lanes = static_cast<int64_t>(hn::Lanes(FloatTag()));
  int64_t c = ColumnBlocks<Op, kWidest>(src, rows, columns, 0, dst);
  c = ColumnBlocks<Op, 8>(src, rows, columns, c, dst);
  c = ColumnBlocks<Op, 4>(src, rows, columns, c, dst);
  c = ColumnBlocks<Op, 2>(src, rows, columns, c, dst);
  c = ColumnBlocks<Op, 1>(src, rows, columns, c, dst);
  if (c == columns) return;
  if (columns > lanes) {  // some once more
    ColumnBlock<Op, 1>(src + columns - lanes, rows, columns, dst + columns - lanes);
    return;
  }
  // Less than a vector, which g++ does not see.
  const auto count = std::min(static_cast<size_t>(columns), static_cast<size_t>(lanes) - 1);
  FloatVec sum = Fill(Op::kStart);
  for (int64_t row = 0; row < rows; ++row) {
    sum = Op::Join(sum, Op::First(LoadPart(FloatTag(), src + row * columns, count)));
  }
  StorePart(sum, FloatTag(), dst, count);
}

// Narrow rows are taken several at a time, as one of many columns.
template <typename Op>
void Columns(const float* src, int64_t rows, int64_t columns, float* dst) {
  const auto widest = static_cast<int64_t>(kWidest * hn::Lanes(FloatTag()));
  const int64_t together = widest / columns, steps = together < 2 ? 0 : rows / together;
  if (steps < 2) return WideColumns<Op>(src, rows, columns, dst);
  HWY_ALIGN float wide[kWidest * HWY_MAX_BYTES / sizeof(float) * 2];
  WideColumns<Op>(src, steps, together * columns, wide);
  const int64_t done = steps * together;
  if (done < rows) {
    WideColumns<Op>(src + done * columns, rows - done, columns, wide + together * columns);
  }
  WideColumns<Joined<Op>>(wide, together + (done < rows ? 1 : 0), columns, dst);
}

template <typename Op>
ReduceFunctions FunctionsOf() {
  return {&Run<Op>, &Columns<Op>, &WideColumns<Joined<Op>>, &Op::Combine};
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

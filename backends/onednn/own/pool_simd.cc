#include "onednn/own/pool_simd.h"

#include <cmath>
#include <cstddef>
#include <limits>

#include "onednn/own/fixed_simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/pool_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "onednn/own/simd_part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

constexpr float kLowest = -std::numeric_limits<float>::infinity();
constexpr auto kLanes = static_cast<int64_t>(kPartLanes);

float MaxOfChannel(const PoolRow& row, int64_t x, int64_t c) {
  const PoolSpan span = row.columns[x];
  float best = kLowest;
  for (int64_t r = 0; r < row.rows; ++r) {
    const float* in = row.in + r * row.row_step + span.begin * row.channels + c;
    for (int64_t k = 0; k < span.count; ++k) {
      const float value = in[k * row.column_step];
      if (value > best || std::isnan(value)) best = value;
    }
  }
  return best;
}

// Both fold what lies under a window, of one vector of channels.
struct Maximum {
  static constexpr size_t kTogether = 4;  // so many leave registers for the inputs

  HWY_INLINE void Start() {
    best = hn::Set(PartTag(), kLowest);
    sum = hn::Zero(PartTag());
  }
  // Max keeps one of its operands where the other is NaN, which one depends on the machine. A sum
  // with NaN is NaN, and takes units of its own in many processors. With `x` in front g++ loads it
  // once and not twice.
  HWY_INLINE void Add(PartVec x) {
    best = hn::Max(x, best);
    sum = hn::Add(sum, x);
  }
  HWY_INLINE void Finish(const PoolRow& row, int64_t x, int64_t c, float /*factor*/,
                         size_t count) const {
    StoreUpTo(best, row.out + x * row.channels + c, count);
    if (HWY_UNLIKELY(!hn::AllFalse(PartTag(), hn::IsNaN(sum)))) OneByOne(row, x, c, count);
  }
  // After NaN, or infinities of both signs.
  HWY_NOINLINE static void OneByOne(const PoolRow& row, int64_t x, int64_t c, size_t count) {
    for (int64_t i = c; i < c + static_cast<int64_t>(count); ++i) {
      row.out[x * row.channels + i] = MaxOfChannel(row, x, i);
    }
  }

  PartVec best, sum;
};

struct Average {
  static constexpr size_t kTogether = 8;

  HWY_INLINE void Start() { sum = hn::Zero(PartTag()); }
  HWY_INLINE void Add(PartVec x) { sum = hn::Add(sum, x); }
  HWY_INLINE void Finish(const PoolRow& row, int64_t x, int64_t c, float factor,
                         size_t count) const {
    const PartVec average = hn::Mul(sum, hn::Set(PartTag(), factor));
    StoreUpTo(average, row.out + x * row.channels + c, count);
  }

  PartVec sum;
};

// Some vectors of channels of one pixel; `count` channels where that is less than one vector.
template <typename Fold, size_t kVectors>
HWY_INLINE void PoolVectors(const PoolRow& row, int64_t x, int64_t c, size_t count) {
  const PoolSpan span = row.columns[x];
  Fold folds[kVectors];
  for (Fold& fold : folds) fold.Start();
  for (int64_t r = 0; r < row.rows; ++r) {
    const float* in = row.in + r * row.row_step + span.begin * row.channels + c;
    for (int64_t k = 0; k < span.count; ++k) {
      const float* pixel = in + k * row.column_step;
      for (size_t v = 0; v < kVectors; ++v) folds[v].Add(LoadUpTo(pixel + v * kPartLanes, count));
    }
  }
  const float factor = 1.0f / (row.row_count * row.column_counts[x]);
  for (size_t v = 0; v < kVectors; ++v) {
    folds[v].Finish(row, x, c + static_cast<int64_t>(v) * kLanes, factor, count);
  }
}

// As many vectors at a time as fit, from channel c on; returns the first channel left.
template <typename Fold, size_t kVectors>
HWY_INLINE int64_t PoolWhole(const PoolRow& row, int64_t x, int64_t c) {
  constexpr int64_t kWidth = static_cast<int64_t>(kVectors) * kLanes;
  for (; c + kWidth <= row.channels; c += kWidth) {
    PoolVectors<Fold, kVectors>(row, x, c, kPartLanes);
  }
  return c;
}

template <typename Fold>
void PoolPixel(const PoolRow& row, int64_t x) {
  int64_t c = PoolWhole<Fold, Fold::kTogether>(row, x, 0);
  c = PoolWhole<Fold, Fold::kTogether / 2>(row, x, c);
  c = PoolWhole<Fold, 1>(row, x, c);
  if (c < row.channels) PoolVectors<Fold, 1>(row, x, c, static_cast<size_t>(row.channels - c));
}

template <typename Fold>
void Pool(const PoolRow& row) {
  for (int64_t x = 0; x < row.out_width; ++x) PoolPixel<Fold>(row, x);
}

PoolFunctions TargetPool() { return {&Pool<Maximum>, &Pool<Average>}; }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(TargetPool);
PoolFunctions FindPool() { return HWY_DYNAMIC_DISPATCH(TargetPool)(); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

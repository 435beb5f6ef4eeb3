#include "onednn/own/dot_simd.h"

#include <algorithm>
#include <cstddef>

#include "onednn/own/fixed_simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/dot_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "onednn/own/fused_steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

using Tag = PartTag;
using Vec = PartVec;

constexpr size_t kBlockColumns = 16;

// Sums of a block of columns, one row after the other.
using Sums = float[kMaxDotRows][kBlockColumns];

// kRows x kColumns sums from column `first` of the block on, whose weights begin at `weights`.
template <size_t kRows, size_t kColumns>
HWY_INLINE void SumColumns(const DotArgs& args, const float* weights, size_t first, Sums& sums) {
  const Tag d;
  const auto depth = static_cast<size_t>(args.depth);
  const float* const a = args.a;
  Vec sum[kRows][kColumns];
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t j = 0; j < kColumns; ++j) sum[r][j] = hn::Zero(d);
  }
  size_t k = 0;
  for (; k + kPartLanes <= depth; k += kPartLanes) {
    Vec x[kRows];
    for (size_t r = 0; r < kRows; ++r) x[r] = hn::LoadU(d, a + r * depth + k);
    for (size_t j = 0; j < kColumns; ++j) {
      const Vec w = hn::LoadU(d, weights + j * depth + k);
      for (size_t r = 0; r < kRows; ++r) sum[r][j] = hn::MulAdd(x[r], w, sum[r][j]);
    }
  }
  if (const size_t left = depth - k; left > 0) {
    for (size_t j = 0; j < kColumns; ++j) {
      const Vec w = LoadPart(d, weights + j * depth + k, left);
      for (size_t r = 0; r < kRows; ++r) {
        sum[r][j] = hn::MulAdd(LoadPart(d, a + r * depth + k, left), w, sum[r][j]);
      }
    }
  }
  for (size_t r = 0; r < kRows; ++r) {
    for (size_t j = 0; j < kColumns; ++j) {
      sums[r][first + j] = hn::GetLane(hn::SumOfLanes(d, sum[r][j]));
    }
  }
}

template <size_t kRows>
void Dot(const DotArgs& args) {
  constexpr size_t kColumns = 4;
  const FusedSteps steps = args.steps;
  const auto columns = static_cast<size_t>(args.columns), depth = static_cast<size_t>(args.depth);
  const auto c_stride = static_cast<size_t>(args.c_stride);
  for (size_t begin = 0; begin < columns; begin += kBlockColumns) {
    const size_t count = std::min(kBlockColumns, columns - begin);
    const float* const weights = args.weights + begin * depth;
    Sums sums;
    size_t j = 0;
    for (; j + kColumns <= count; j += kColumns) {
      SumColumns<kRows, kColumns>(args, weights + j * depth, j, sums);
    }
    for (; j < count; ++j) SumColumns<kRows, 1>(args, weights + j * depth, j, sums);
    for (size_t r = 0; r < kRows; ++r) {
      for (size_t v = 0; v < count; v += kPartLanes) {
        const size_t lanes = std::min(kPartLanes, count - v), offset = r * c_stride + begin + v;
        Vec sum = LoadUpTo(sums[r] + v, lanes);
        if (args.bias != nullptr) sum = hn::Add(sum, LoadUpTo(args.bias + begin + v, lanes));
        const auto addend = [&]() HWY_ATTR { return LoadUpTo(steps.addend + offset, lanes); };
        StoreUpTo(ApplySteps(steps, sum, addend), args.c + offset, lanes);
      }
    }
  }
}

void DotRows(const DotArgs& args) { args.rows == 1 ? Dot<1>(args) : Dot<2>(args); }

DotFunction FindDots() { return &DotRows; }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(FindDots);
DotFunction FindDot() { return HWY_DYNAMIC_DISPATCH(FindDots)(); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

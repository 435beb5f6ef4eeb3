#include "onednn/own/depthwise_simd.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "onednn/own/fixed_simd.h"
#include "onednn/own/taps.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/depthwise_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "onednn/own/fused_steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

constexpr int64_t kOutputs = 4;  // pixels that share the weights in registers

template <size_t... kIndex, typename Body>
HWY_INLINE void Unrolled(std::index_sequence<kIndex...>, const Body& body) {
  (body(std::integral_constant<size_t, kIndex>()), ...);
}
template <size_t kCount, typename Body>
HWY_INLINE void Unrolled(const Body& body) {
  Unrolled(std::make_index_sequence<kCount>(), body);
}

// Windows of kColumns columns at distance kStride, over one vector of channels, or `count` of them:
// each input is loaded once for all outputs under it.
template <size_t kColumns, size_t kStride, size_t kPixels>
HWY_INLINE void AddWholeWindows(const float* in, int64_t in_step, const float* w, int64_t w_step,
                                size_t count, PartVec (&sum)[kPixels]) {
  const PartTag d;
  PartVec weights[kColumns];
  Unrolled<kColumns>(
      [&](auto kx) { weights[kx] = hn::LoadU(d, w + static_cast<int64_t>(kx) * w_step); });
  Unrolled<(kPixels - 1) * kStride + kColumns>([&](auto x) {
    const PartVec pixel = LoadUpTo(in + static_cast<int64_t>(x) * in_step, count);
    Unrolled<kPixels>([&](auto p) {
      if constexpr (x >= p * kStride && x < p * kStride + kColumns) {
        sum[p] = hn::MulAdd(pixel, weights[x - p * kStride], sum[p]);
      }
    });
  });
}

// Results go to `out` at distances of `step`, `count` lanes of each.
template <size_t kCount>
HWY_INLINE void Finish(const DepthwiseRow& row, PartVec (&results)[kCount], float* out,
                       int64_t step, size_t count) {
  const FusedSteps steps = row.steps;
  for (size_t i = 0; i < kCount; ++i, out += step) {
    const auto addend = [&]() HWY_ATTR { return LoadUpTo(steps.addend + (out - row.out), count); };
    StoreUpTo(ApplySteps(steps, results[i], addend), out, count);
  }
}

// kOutputs pixels from x on, kVectors vectors of channels from c on; `count` channels when that is
// less than one vector.
template <size_t kColumns, size_t kStride, size_t kVectors>
HWY_INLINE void WholeWindows(const DepthwiseRow& row, int64_t x, int64_t c, size_t count) {
  const int64_t offset = (x * row.stride - row.pad) * row.pixel_stride + c;
  float* out = row.out + (x - row.first) * row.pixel_stride + c;
  PartVec sums[kVectors][kOutputs];
  Unrolled<kVectors>([&](auto v) {
    const PartVec bias =
        row.bias == nullptr ? hn::Zero(PartTag()) : LoadUpTo(row.bias + c + v * kPartLanes, count);
    Unrolled<kOutputs>([&](auto p) { sums[v][p] = bias; });
  });
  const float* w = row.weights + c;  // padded to whole vectors
  for (int64_t ky = 0; ky < row.kernel_rows; ++ky) {
    if (row.in[ky] != nullptr) {
      const float* in = row.in[ky] + offset;
      Unrolled<kVectors>([&](auto v) {
        AddWholeWindows<kColumns, kStride>(in + v * kPartLanes, row.pixel_stride,
                                           w + v * kPartLanes, row.weights_stride, count, sums[v]);
      });
    }
    w += static_cast<int64_t>(kColumns) * row.weights_stride;
  }
  Unrolled<kVectors>(
      [&](auto v) { Finish(row, sums[v], out + v * kPartLanes, row.pixel_stride, count); });
}

// kOutputs pixels from x on, all channels.
template <size_t kColumns, size_t kStride>
HWY_INLINE void WholeWindows(const DepthwiseRow& row, int64_t x) {
  constexpr auto kLanes = static_cast<int64_t>(kPartLanes);
  int64_t c = 0;
  for (; c + 2 * kLanes <= row.channels; c += 2 * kLanes) {
    WholeWindows<kColumns, kStride, 2>(row, x, c, kPartLanes);
  }
  for (; c < row.channels; c += kLanes) {
    const int64_t count = std::min(row.channels - c, kLanes);
    WholeWindows<kColumns, kStride, 1>(row, x, c, static_cast<size_t>(count));
  }
}

// kVectors vectors of channels of one pixel; `count` channels when that is less than one vector.
template <size_t kVectors>
HWY_INLINE void OnePixel(const DepthwiseRow& row, int64_t x, int64_t c, Taps taps, size_t count) {
  const PartTag d;
  PartVec sum[kVectors];
  Unrolled<kVectors>([&](auto v) {
    sum[v] = row.bias == nullptr ? hn::Zero(d) : LoadUpTo(row.bias + c + v * kPartLanes, count);
  });
  const int64_t first = x * row.stride - row.pad + taps.begin * row.dilation;
  for (int64_t ky = 0; ky < row.kernel_rows; ++ky) {
    if (row.in[ky] == nullptr) continue;
    const float* in = row.in[ky] + first * row.pixel_stride + c;
    const float* w = row.weights + (ky * row.kernel_columns + taps.begin) * row.weights_stride + c;
    for (int64_t kx = taps.begin; kx < taps.end; ++kx) {
      Unrolled<kVectors>([&](auto v) {
        const PartVec pixel = LoadUpTo(in + v * kPartLanes, count);
        sum[v] = hn::MulAdd(pixel, hn::LoadU(d, w + v * kPartLanes), sum[v]);
      });
      in += row.dilation * row.pixel_stride;
      w += row.weights_stride;
    }
  }
  Finish(row, sum, row.out + (x - row.first) * row.pixel_stride + c, kPartLanes, count);
}

// All channels of one pixel.
HWY_INLINE void OnePixel(const DepthwiseRow& row, int64_t x, Taps taps) {
  constexpr auto kLanes = static_cast<int64_t>(kPartLanes);
  int64_t c = 0;
  for (; c + 4 * kLanes <= row.channels; c += 4 * kLanes) OnePixel<4>(row, x, c, taps, kPartLanes);
  for (; c + kLanes <= row.channels; c += kLanes) OnePixel<1>(row, x, c, taps, kPartLanes);
  if (c < row.channels) OnePixel<1>(row, x, c, taps, static_cast<size_t>(row.channels - c));
}

// The columns of the window that lie inside the image.
Taps TapsAt(const DepthwiseRow& row, int64_t x) {
  return TapsInside(x * row.stride - row.pad, row.kernel_columns, row.dilation, row.in_width);
}

bool IsWhole(const DepthwiseRow& row, int64_t x) {
  const Taps taps = TapsAt(row, x);
  return taps.begin == 0 && taps.end == row.kernel_columns;
}

template <size_t kColumns, size_t kStride>
void RunRow(const DepthwiseRow& row) {
  for (int64_t x = row.first; x < row.first + row.count;) {
    // The window moves to the right: whole at both ends of a block, whole between them.
    const int64_t end = x + kOutputs;
    if (end <= row.first + row.count && IsWhole(row, x) && IsWhole(row, end - 1)) {
      WholeWindows<kColumns, kStride>(row, x);
      x = end;
    } else {
      OnePixel(row, x, TapsAt(row, x));
      ++x;
    }
  }
}

void Depthwise(const DepthwiseRow& row) {
  if (row.dilation == 1 && row.stride <= 2) {
    const bool dense = row.stride == 1;
    if (row.kernel_columns == 3) return dense ? RunRow<3, 1>(row) : RunRow<3, 2>(row);
    if (row.kernel_columns == 5) return dense ? RunRow<5, 1>(row) : RunRow<5, 2>(row);
  }
  const int64_t end = row.first + row.count;
  for (int64_t x = row.first; x < end; ++x) OnePixel(row, x, TapsAt(row, x));
}

DepthwiseFunction TargetDepthwise() { return &Depthwise; }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(TargetDepthwise);
DepthwiseFunction FindDepthwise() { return HWY_DYNAMIC_DISPATCH(TargetDepthwise)(); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

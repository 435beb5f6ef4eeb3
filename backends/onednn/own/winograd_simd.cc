#include "onednn/own/winograd_simd.h"

#include <cstddef>

#include "onednn/own/fixed_simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/winograd_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "onednn/own/fused_steps-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

using Tag = PartTag;
using Vec = PartVec;

// One-dimensional transforms; the two-dimensional ones apply them to columns, then to rows.
template <int kOutputs>
struct Line;

template <>
struct Line<2> {
  static constexpr size_t kIn = 4, kOut = 2;
  // B^T d
  static HWY_INLINE void Input(const Vec* d, Vec* t) {
    t[0] = hn::Sub(d[0], d[2]);
    t[1] = hn::Add(d[1], d[2]);
    t[2] = hn::Sub(d[2], d[1]);
    t[3] = hn::Sub(d[1], d[3]);
  }
  // A^T m
  static HWY_INLINE void Output(const Vec* m, Vec* y) {
    y[0] = hn::Add(hn::Add(m[0], m[1]), m[2]);
    y[1] = hn::Sub(hn::Sub(m[1], m[2]), m[3]);
  }
};

template <>
struct Line<4> {
  static constexpr size_t kIn = 6, kOut = 4;
  static HWY_INLINE void Input(const Vec* d, Vec* t) {
    const Vec two = Fill(2.0f), four = Fill(4.0f), five = Fill(5.0f);
    const Vec even = hn::NegMulAdd(four, d[2], d[4]);  // d4 - 4 d2
    const Vec odd = hn::NegMulAdd(four, d[1], d[3]);   // d3 - 4 d1
    const Vec even2 = hn::Sub(d[4], d[2]);
    const Vec odd2 = hn::Mul(two, hn::Sub(d[3], d[1]));
    t[0] = hn::MulAdd(four, d[0], hn::NegMulAdd(five, d[2], d[4]));
    t[1] = hn::Add(even, odd);
    t[2] = hn::Sub(even, odd);
    t[3] = hn::Add(even2, odd2);
    t[4] = hn::Sub(even2, odd2);
    t[5] = hn::MulAdd(four, d[1], hn::NegMulAdd(five, d[3], d[5]));
  }
  static HWY_INLINE void Output(const Vec* m, Vec* y) {
    const Vec two = Fill(2.0f), four = Fill(4.0f), eight = Fill(8.0f);
    const Vec sum1 = hn::Add(m[1], m[2]), difference1 = hn::Sub(m[1], m[2]);
    const Vec sum2 = hn::Add(m[3], m[4]), difference2 = hn::Sub(m[3], m[4]);
    y[0] = hn::Add(hn::Add(m[0], sum1), sum2);
    y[1] = hn::MulAdd(two, difference2, difference1);
    y[2] = hn::MulAdd(four, sum2, sum1);
    y[3] = hn::Add(hn::MulAdd(eight, difference2, difference1), m[5]);
  }
};

// Calls body(channel, count) for whole vectors, then once for what is left.
template <typename Body>
HWY_INLINE void ForChannels(int64_t channels, const Body& body) {
  const auto count = static_cast<size_t>(channels);
  size_t c = 0;
  for (; c + kPartLanes <= count; c += kPartLanes) body(c, kPartLanes);
  if (c < count) body(c, count - c);
}

template <int kOutputs>
void TransformInput(const WinogradInput& tile) {
  using L = Line<kOutputs>;
  constexpr size_t kIn = L::kIn;
  ForChannels(tile.channels, [&](size_t c, size_t count) {
    Vec columns[kIn][kIn];  // [column][row]
    for (size_t x = 0; x < kIn; ++x) {
      Vec d[kIn];
      for (size_t y = 0; y < kIn; ++y) d[y] = LoadUpTo(tile.pixels[y * kIn + x] + c, count);
      L::Input(d, columns[x]);
    }
    for (size_t y = 0; y < kIn; ++y) {
      Vec d[kIn], t[kIn];
      for (size_t x = 0; x < kIn; ++x) d[x] = columns[x][y];
      L::Input(d, t);
      float* row = tile.dst + static_cast<int64_t>(y * kIn) * tile.position_stride + c;
      for (size_t x = 0; x < kIn; ++x) {
        hn::StoreU(t[x], Tag(), row + static_cast<int64_t>(x) * tile.position_stride);
      }
    }
  });
}

template <int kOutputs>
void TransformOutput(const WinogradOutput& tile) {
  using L = Line<kOutputs>;
  constexpr size_t kIn = L::kIn, kOut = L::kOut;
  const FusedSteps steps = tile.steps;
  const Tag d;
  ForChannels(tile.channels, [&](size_t c, size_t count) {
    Vec columns[kIn][kOut];
    for (size_t x = 0; x < kIn; ++x) {
      Vec m[kIn];
      for (size_t y = 0; y < kIn; ++y) {
        const auto position = static_cast<int64_t>(y * kIn + x);
        m[y] = hn::LoadU(d, tile.src + position * tile.position_stride + c);
      }
      L::Output(m, columns[x]);
    }
    const Vec bias = tile.bias == nullptr ? hn::Zero(d) : LoadUpTo(tile.bias + c, count);
    for (size_t y = 0; y < kOut; ++y) {
      Vec m[kIn], out[kOut];
      for (size_t x = 0; x < kIn; ++x) m[x] = columns[x][y];
      L::Output(m, out);
      for (size_t x = 0; x < kOut; ++x) {
        float* const pixel = tile.pixels[y * kOut + x];
        if (pixel == nullptr) continue;
        const auto addend = [&]() HWY_ATTR {
          return LoadUpTo(steps.addend + (pixel - tile.out) + c, count);
        };
        StoreUpTo(ApplySteps(steps, hn::Add(out[x], bias), addend), pixel + c, count);
      }
    }
  });
}

WinogradFunctions Find2() { return {&TransformInput<2>, &TransformOutput<2>}; }
WinogradFunctions Find4() { return {&TransformInput<4>, &TransformOutput<4>}; }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {
namespace {

constexpr double kG2[4][3] = {{1, 0, 0}, {0.5, 0.5, 0.5}, {0.5, -0.5, 0.5}, {0, 0, 1}};
constexpr double kG4[6][3] = {{1.0 / 4, 0, 0},
                              {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                              {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                              {1.0 / 24, 1.0 / 12, 1.0 / 6},
                              {1.0 / 24, -1.0 / 12, 1.0 / 6},
                              {0, 0, 1}};

}  // namespace

HWY_EXPORT(Find2);
HWY_EXPORT(Find4);
WinogradFunctions FindWinograd(int outputs) {
  return outputs == 2 ? HWY_DYNAMIC_DISPATCH(Find2)() : HWY_DYNAMIC_DISPATCH(Find4)();
}

void TransformWinogradFilter(int outputs, const float* filter, float* transformed) {
  const auto size = static_cast<size_t>(outputs) + 2;
  const double(*g)[3] = outputs == 2 ? kG2 : kG4;
  double rows[kMaxWinogradInput][3] = {};
  for (size_t i = 0; i < size; ++i) {
    for (size_t x = 0; x < 3; ++x) {
      for (size_t y = 0; y < 3; ++y) rows[i][x] += g[i][y] * static_cast<double>(filter[y * 3 + x]);
    }
  }
  for (size_t i = 0; i < size; ++i) {
    for (size_t j = 0; j < size; ++j) {
      double sum = 0;
      for (size_t x = 0; x < 3; ++x) sum += rows[i][x] * g[j][x];
      transformed[i * size + j] = static_cast<float>(sum);
    }
  }
}

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

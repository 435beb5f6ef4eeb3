#include "onednn/own/recurrent_simd.h"

#include <cstddef>
#include <type_traits>

#include "onednn/own/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/recurrent_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

#include "onednn/own/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

// Two of these vectors fit in a panel, however long the machine's are.
using PanelTag = hn::CappedTag<float, kPanel / 2>;
using PanelVec = hn::Vec<PanelTag>;

HWY_INLINE PanelVec StartAt(const float* start, size_t n) {
  return start == nullptr ? hn::Zero(PanelTag()) : hn::LoadU(PanelTag(), start + n);
}

// Two vectors of columns for one row. Four sums each: a sum waits for itself, and the loads of the
// matrix are all there is to do meanwhile.
HWY_INLINE void OneRow(const float* in, size_t depth, const float* matrix, const float* start,
                       float* out, size_t n) {
  const PanelTag d;
  const size_t lanes = hn::Lanes(d);
  PanelVec a0 = StartAt(start, n), b0 = StartAt(start, n + lanes);
  PanelVec a1 = hn::Zero(d), b1 = a1, a2 = a1, b2 = a1, a3 = a1, b3 = a1;
  size_t k = 0;
  for (; k + 4 <= depth; k += 4) {
    const float* w = matrix + k * kPanel;
    const PanelVec x0 = hn::Set(d, in[k]), x1 = hn::Set(d, in[k + 1]);
    const PanelVec x2 = hn::Set(d, in[k + 2]), x3 = hn::Set(d, in[k + 3]);
    a0 = hn::MulAdd(x0, hn::LoadU(d, w), a0);
    b0 = hn::MulAdd(x0, hn::LoadU(d, w + lanes), b0);
    a1 = hn::MulAdd(x1, hn::LoadU(d, w + kPanel), a1);
    b1 = hn::MulAdd(x1, hn::LoadU(d, w + kPanel + lanes), b1);
    a2 = hn::MulAdd(x2, hn::LoadU(d, w + 2 * kPanel), a2);
    b2 = hn::MulAdd(x2, hn::LoadU(d, w + 2 * kPanel + lanes), b2);
    a3 = hn::MulAdd(x3, hn::LoadU(d, w + 3 * kPanel), a3);
    b3 = hn::MulAdd(x3, hn::LoadU(d, w + 3 * kPanel + lanes), b3);
  }
  for (; k < depth; ++k) {
    const PanelVec x = hn::Set(d, in[k]);
    a0 = hn::MulAdd(x, hn::LoadU(d, matrix + k * kPanel), a0);
    b0 = hn::MulAdd(x, hn::LoadU(d, matrix + k * kPanel + lanes), b0);
  }
  hn::StoreU(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), d, out + n);
  hn::StoreU(hn::Add(hn::Add(b0, b1), hn::Add(b2, b3)), d, out + n + lanes);
}

// The same for kBlockRows rows.
HWY_INLINE void FourRows(const float* const* in, size_t depth, const float* matrix,
                         const float* const* start, float* const* out, size_t n) {
  const PanelTag d;
  const size_t lanes = hn::Lanes(d);
  PanelVec a0 = StartAt(start[0], n), b0 = StartAt(start[0], n + lanes);
  PanelVec a1 = StartAt(start[1], n), b1 = StartAt(start[1], n + lanes);
  PanelVec a2 = StartAt(start[2], n), b2 = StartAt(start[2], n + lanes);
  PanelVec a3 = StartAt(start[3], n), b3 = StartAt(start[3], n + lanes);
  for (size_t k = 0; k < depth; ++k) {
    const PanelVec wa = hn::LoadU(d, matrix + k * kPanel);
    const PanelVec wb = hn::LoadU(d, matrix + k * kPanel + lanes);
    const PanelVec x0 = hn::Set(d, in[0][k]), x1 = hn::Set(d, in[1][k]);
    const PanelVec x2 = hn::Set(d, in[2][k]), x3 = hn::Set(d, in[3][k]);
    a0 = hn::MulAdd(x0, wa, a0);
    b0 = hn::MulAdd(x0, wb, b0);
    a1 = hn::MulAdd(x1, wa, a1);
    b1 = hn::MulAdd(x1, wb, b1);
    a2 = hn::MulAdd(x2, wa, a2);
    b2 = hn::MulAdd(x2, wb, b2);
    a3 = hn::MulAdd(x3, wa, a3);
    b3 = hn::MulAdd(x3, wb, b3);
  }
  hn::StoreU(a0, d, out[0] + n);
  hn::StoreU(b0, d, out[0] + n + lanes);
  hn::StoreU(a1, d, out[1] + n);
  hn::StoreU(b1, d, out[1] + n + lanes);
  hn::StoreU(a2, d, out[2] + n);
  hn::StoreU(b2, d, out[2] + n + lanes);
  hn::StoreU(a3, d, out[3] + n);
  hn::StoreU(b3, d, out[3] + n + lanes);
}

void Product(const float* const* in, const float* const* start, float* const* out, int64_t rows,
             int64_t depth, const float* matrix, int64_t columns) {
  const auto count = static_cast<size_t>(depth);
  const size_t step = 2 * hn::Lanes(PanelTag());
  for (size_t panel = 0; panel < static_cast<size_t>(columns); panel += kPanel) {
    const float* weights = matrix + panel * count;
    for (size_t n = 0; n < kPanel; n += step) {
      if (rows == kBlockRows) {
        FourRows(in, count, weights + n, start, out, panel + n);
        continue;
      }
      for (int64_t r = 0; r < rows; ++r) {
        OneRow(in[r], count, weights + n, start[r], out[r], panel + n);
      }
    }
  }
}

// Calls body(offset) for each vector of `width` elements.
template <typename Body>
HWY_INLINE void ForWidth(int64_t width, const Body& body) {
  for (size_t u = 0; u < static_cast<size_t>(width); u += hn::Lanes(PanelTag())) body(u);
}

// FloatVec is as long as the machine's vectors, which may be longer than half a panel.
template <typename Function>
HWY_INLINE PanelVec Apply(const Function& function, PanelVec x) {
  if constexpr (std::is_same_v<PanelVec, FloatVec>) {
    return function(x);
  } else {
    HWY_ALIGN float lanes[HWY_MAX_BYTES / sizeof(float)] = {};
    hn::Store(x, PanelTag(), lanes);
    hn::Store(function(hn::Load(FloatTag(), lanes)), FloatTag(), lanes);
    return hn::Load(PanelTag(), lanes);
  }
}
HWY_INLINE PanelVec SigmoidOf(PanelVec x) {
  return Apply([](FloatVec v) HWY_ATTR { return Sigmoid(v); }, x);
}
HWY_INLINE PanelVec TanhOf(PanelVec x) {
  return Apply([](FloatVec v) HWY_ATTR { return Tanh(v); }, x);
}

void Lstm(const float* gates, int64_t width, float* c, float* h) {
  const PanelTag d;
  ForWidth(width, [&](size_t u) HWY_ATTR {
    const auto gate = [&](int64_t g) HWY_ATTR { return hn::LoadU(d, gates + g * width + u); };
    const PanelVec input = SigmoidOf(gate(0)), forget = SigmoidOf(gate(2));
    const PanelVec fresh = hn::Mul(input, TanhOf(gate(3)));
    const PanelVec cell = hn::MulAdd(forget, hn::LoadU(d, c + u), fresh);
    hn::StoreU(cell, d, c + u);
    hn::StoreU(hn::Mul(SigmoidOf(gate(1)), TanhOf(cell)), d, h + u);
  });
}

void GruReset(float* gates, int64_t width, const float* h, float* reset) {
  const PanelTag d;
  ForWidth(width, [&](size_t u) HWY_ATTR {
    hn::StoreU(SigmoidOf(hn::LoadU(d, gates + u)), d, gates + u);
    const PanelVec r = SigmoidOf(hn::LoadU(d, gates + width + u));
    hn::StoreU(hn::Mul(r, hn::LoadU(d, h + u)), d, reset + u);
  });
}

// (1 - z) * fresh + z * h
HWY_INLINE void StoreState(PanelVec z, PanelVec fresh, float* h) {
  const PanelTag d;
  const PanelVec old = hn::LoadU(d, h);
  hn::StoreU(hn::MulAdd(z, hn::Sub(old, fresh), fresh), d, h);
}

void Gru(const float* gates, int64_t width, float* h) {
  const PanelTag d;
  ForWidth(width, [&](size_t u) HWY_ATTR {
    StoreState(hn::LoadU(d, gates + u), TanhOf(hn::LoadU(d, gates + 2 * width + u)), h + u);
  });
}

void GruLinear(float* gates, const float* recurrent, int64_t width, float* h) {
  const PanelTag d;
  ForWidth(width, [&](size_t u) HWY_ATTR {
    const auto sum = [&](int64_t g) HWY_ATTR {
      return hn::Add(hn::LoadU(d, gates + g * width + u), hn::LoadU(d, recurrent + g * width + u));
    };
    const PanelVec z = SigmoidOf(sum(0)), r = SigmoidOf(sum(1));
    const PanelVec fresh =
        hn::MulAdd(r, hn::LoadU(d, recurrent + 2 * width + u), hn::LoadU(d, gates + 2 * width + u));
    StoreState(z, TanhOf(fresh), h + u);
  });
}

RecurrentFunctions TargetRecurrent() { return {&Product, &Lstm, &GruReset, &Gru, &GruLinear}; }

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(TargetRecurrent);
RecurrentFunctions FindRecurrentFunctions() { return HWY_DYNAMIC_DISPATCH(TargetRecurrent)(); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

#include "onednn/own/simd.h"
#include "onednn/own/tile.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/tile_unary_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
#include "onednn/own/simd_math-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {

using Params = const float*;

HWY_INLINE FloatVec AbsOf(FloatVec x, Params) { return hn::Abs(x); }
HWY_INLINE FloatVec CeilOf(FloatVec x, Params) { return hn::Ceil(x); }
HWY_INLINE FloatVec FloorOf(FloatVec x, Params) { return hn::Floor(x); }
HWY_INLINE FloatVec RoundOf(FloatVec x, Params) { return hn::Round(x); }
HWY_INLINE FloatVec NegOf(FloatVec x, Params) { return hn::Neg(x); }
HWY_INLINE FloatVec SqrtOf(FloatVec x, Params) { return hn::Sqrt(x); }
HWY_INLINE FloatVec ReciprocalOf(FloatVec x, Params) { return hn::Div(Fill(1.0f), x); }
HWY_INLINE FloatVec ScaleOf(FloatVec x, Params p) { return hn::Mul(x, Fill(p[0])); }
HWY_INLINE FloatVec ExpOf(FloatVec x, Params) { return Exp(x); }
HWY_INLINE FloatVec LogOf(FloatVec x, Params) { return Log(x); }
HWY_INLINE FloatVec ErfOf(FloatVec x, Params) { return Erf(x); }
HWY_INLINE FloatVec TanhOf(FloatVec x, Params) { return Tanh(x); }
HWY_INLINE FloatVec SigmoidOf(FloatVec x, Params) { return Sigmoid(x); }
HWY_INLINE FloatVec SoftplusOf(FloatVec x, Params) { return Softplus(x); }
HWY_INLINE FloatVec ReluOf(FloatVec x, Params) { return AtLeast(x, Fill(0.0f)); }
HWY_INLINE FloatVec ClipOf(FloatVec x, Params p) {
  return AtMost(AtLeast(x, Fill(p[0])), Fill(p[1]));
}
// NaN comes back through the product.
HWY_INLINE FloatVec SwishOf(FloatVec x, Params p) {
  return hn::Mul(x, SigmoidOfNumber(hn::Mul(x, Fill(p[0]))));
}

HWY_INLINE FloatVec SignOf(FloatVec x, Params) {
  const FloatVec zero = Fill(0.0f);
  const FloatVec negative = hn::IfThenElse(hn::Lt(x, zero), Fill(-1.0f), x);
  return hn::IfThenElse(hn::Gt(x, zero), Fill(1.0f), negative);
}

HWY_INLINE FloatVec SoftsignOf(FloatVec x, Params) {
  return hn::Div(x, hn::Add(Fill(1.0f), hn::Abs(x)));
}

HWY_INLINE FloatVec LeakyReluOf(FloatVec x, Params p) {
  return hn::IfThenElse(hn::Lt(x, Fill(0.0f)), hn::Mul(x, Fill(p[0])), x);
}

HWY_INLINE FloatVec ThresholdedReluOf(FloatVec x, Params p) {
  return hn::IfThenElseZero(hn::Gt(x, Fill(p[0])), x);
}

HWY_INLINE FloatVec EluOf(FloatVec x, Params p) {
  return hn::IfThenElse(hn::Lt(x, Fill(0.0f)), hn::Mul(Fill(p[0]), Expm1(x)), x);
}

HWY_INLINE FloatVec CeluOf(FloatVec x, Params p) {
  const FloatVec alpha = Fill(p[0]);
  return hn::IfThenElse(hn::Lt(x, Fill(0.0f)), hn::Mul(alpha, Expm1(hn::Div(x, alpha))), x);
}

HWY_INLINE FloatVec SeluOf(FloatVec x, Params p) { return hn::Mul(Fill(p[1]), EluOf(x, p)); }

HWY_INLINE FloatVec HardSigmoidOf(FloatVec x, Params p) { return Unit(x, Fill(p[0]), Fill(p[1])); }
HWY_INLINE FloatVec HardSwishOf(FloatVec x, Params) {
  return hn::Mul(x, Unit(x, Fill(1.0f / 6.0f), Fill(0.5f)));
}

HWY_INLINE FloatVec GeluOf(FloatVec x, Params) {
  const FloatVec half = hn::Mul(x, Fill(0.5f));
  return hn::MulAdd(half, Erf(hn::Mul(x, Fill(0.70710678118654752f))), half);
}

HWY_INLINE FloatVec GeluTanhOf(FloatVec x, Params) {
  const FloatVec cubic = hn::MulAdd(hn::Mul(x, x), Fill(0.044715f), Fill(1.0f));
  const FloatVec inner = hn::Mul(hn::Mul(x, Fill(0.79788456080286536f)), cubic);
  const FloatVec half = hn::Mul(x, Fill(0.5f));
  return hn::MulAdd(half, Tanh(inner), half);
}

// tanh(log(1 + e)) = (e^2 + 2e) / (e^2 + 2e + 2) with e = exp(x); from 20 on it rounds to 1.
HWY_INLINE FloatVec MishOf(FloatVec x, Params) {
  const FloatVec e = Exp(AtMost(x, Fill(20.0f)));
  const FloatVec n = hn::Mul(e, hn::Add(e, Fill(2.0f)));
  return hn::Mul(x, hn::Div(n, hn::Add(n, Fill(2.0f))));
}

template <FloatVec (*kOp)(FloatVec, Params)>
void Unary(const Tile& tile) {
  const FloatTag d;
  const float* src = static_cast<const float*>(tile.src[0]);
  float* dst = static_cast<float*>(tile.dst);
  float params[4];
  for (int i = 0; i < 4; ++i) params[i] = tile.params[i];
  const auto count = static_cast<size_t>(tile.count);
  const size_t lanes = hn::Lanes(d);
  size_t i = 0;
  for (; i + lanes <= count; i += lanes) hn::StoreU(kOp(hn::LoadU(d, src + i), params), d, dst + i);
  if (i < count) StorePart(kOp(LoadPart(d, src + i, count - i), params), d, dst + i, count - i);
}

TileFunction FindUnary(FloatUnary op) {
  switch (op) {
    case FloatUnary::kAbs: return &Unary<AbsOf>;
    case FloatUnary::kCeil: return &Unary<CeilOf>;
    case FloatUnary::kCelu: return &Unary<CeluOf>;
    case FloatUnary::kClip: return &Unary<ClipOf>;
    case FloatUnary::kElu: return &Unary<EluOf>;
    case FloatUnary::kErf: return &Unary<ErfOf>;
    case FloatUnary::kExp: return &Unary<ExpOf>;
    case FloatUnary::kFloor: return &Unary<FloorOf>;
    case FloatUnary::kGelu: return &Unary<GeluOf>;
    case FloatUnary::kGeluTanh: return &Unary<GeluTanhOf>;
    case FloatUnary::kHardSigmoid: return &Unary<HardSigmoidOf>;
    case FloatUnary::kHardSwish: return &Unary<HardSwishOf>;
    case FloatUnary::kLeakyRelu: return &Unary<LeakyReluOf>;
    case FloatUnary::kLog: return &Unary<LogOf>;
    case FloatUnary::kMish: return &Unary<MishOf>;
    case FloatUnary::kNeg: return &Unary<NegOf>;
    case FloatUnary::kReciprocal: return &Unary<ReciprocalOf>;
    case FloatUnary::kRelu: return &Unary<ReluOf>;
    case FloatUnary::kRound: return &Unary<RoundOf>;
    case FloatUnary::kScale: return &Unary<ScaleOf>;
    case FloatUnary::kSelu: return &Unary<SeluOf>;
    case FloatUnary::kSigmoid: return &Unary<SigmoidOf>;
    case FloatUnary::kSign: return &Unary<SignOf>;
    case FloatUnary::kSoftplus: return &Unary<SoftplusOf>;
    case FloatUnary::kSoftsign: return &Unary<SoftsignOf>;
    case FloatUnary::kSqrt: return &Unary<SqrtOf>;
    case FloatUnary::kSwish: return &Unary<SwishOf>;
    case FloatUnary::kTanh: return &Unary<TanhOf>;
    case FloatUnary::kThresholdedRelu: return &Unary<ThresholdedReluOf>;
  }
  return nullptr;
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {

HWY_EXPORT(FindUnary);
TileFunction FindFloatUnary(FloatUnary op) { return HWY_DYNAMIC_DISPATCH(FindUnary)(op); }

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

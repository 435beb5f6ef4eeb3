// Functions of one float vector that Highway lacks or that it defines on part of the line only.
// Here every one takes any float: NaN gives NaN, infinities give the limit. Errors stay within
// about 3 units in the last place.
#if defined(KAIROS_BACKENDS_ONEDNN_OWN_SIMD_MATH_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef KAIROS_BACKENDS_ONEDNN_OWN_SIMD_MATH_INL_H_
#undef KAIROS_BACKENDS_ONEDNN_OWN_SIMD_MATH_INL_H_
#else
#define KAIROS_BACKENDS_ONEDNN_OWN_SIMD_MATH_INL_H_
#endif

#include <cstddef>
#include <limits>

#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"

#include "onednn/own/simd_part-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using FloatTag = hn::ScalableTag<float>;
using FloatVec = hn::Vec<FloatTag>;
using IntTag = hn::RebindToSigned<FloatTag>;
using IntVec = hn::Vec<IntTag>;

HWY_INLINE FloatVec Fill(float value) { return hn::Set(FloatTag(), value); }

// Bounds that let NaN through: as the second operand x86 returns it, other machines as either.
HWY_INLINE FloatVec AtLeast(FloatVec x, FloatVec low) { return hn::Max(low, x); }
HWY_INLINE FloatVec AtMost(FloatVec x, FloatVec high) { return hn::Min(high, x); }

// scale * x + offset within [0, 1].
HWY_INLINE FloatVec Unit(FloatVec x, FloatVec scale, FloatVec offset) {
  return AtMost(AtLeast(hn::MulAdd(x, scale, offset), Fill(0.0f)), Fill(1.0f));
}

HWY_INLINE FloatVec KeepNaN(FloatVec x, FloatVec y) { return hn::IfThenElse(hn::IsNaN(x), x, y); }

HWY_INLINE FloatVec Horner(FloatVec, FloatVec sum) { return sum; }
template <typename... Rest>
HWY_INLINE FloatVec Horner(FloatVec x, FloatVec sum, float next, Rest... rest) {
  return Horner(x, hn::MulAdd(sum, x, Fill(next)), rest...);
}

// Adding it rounds to a whole number, which then lies in the low bits of the sum.
inline constexpr float kRounding = 12582912.0f;

// exp(x) = value * 2^exponent, for |x| below 2^21.
struct Scaled {
  FloatVec value;  // in [sqrt(1/2), sqrt(2)]
  FloatVec sum;    // exponent + kRounding
};
HWY_INLINE Scaled ScaledExp(FloatVec x) {
  const FloatVec magic = Fill(kRounding);
  const FloatVec sum = hn::MulAdd(x, Fill(1.44269504f), magic);
  const FloatVec whole = hn::Sub(sum, magic);
  FloatVec rest = hn::NegMulAdd(whole, Fill(0.693145751953125f), x);
  rest = hn::NegMulAdd(whole, Fill(1.428606765330187e-6f), rest);
  const FloatVec p = Horner(rest, Fill(0.0013814320554956794f), 0.00836885068565607f,
                            0.041668400168418884f, 0.1666651964187622f, 0.4999999403953552f);
  return {hn::Add(hn::MulAdd(hn::Mul(rest, rest), p, rest), Fill(1.0f)), sum};
}

HWY_INLINE IntVec ExponentOf(const Scaled& e) {
  const IntTag di;
  return hn::Sub(hn::BitCast(di, e.sum), hn::BitCast(di, Fill(kRounding)));
}

// For x in [-87, 88], so that the result is a normal number.
HWY_INLINE FloatVec NormalExp(FloatVec x) {
  const IntTag di;
  const Scaled e = ScaledExp(x);
  // The shift leaves of the sum what belongs to the exponent.
  const IntVec exponent = hn::ShiftLeft<23>(hn::BitCast(di, e.sum));
  return hn::BitCast(FloatTag(), hn::Add(hn::BitCast(di, e.value), exponent));
}

HWY_INLINE FloatVec PowerOf2(IntVec exponent) {
  const IntTag di;
  return hn::BitCast(FloatTag(), hn::ShiftLeft<23>(hn::Add(exponent, hn::Set(di, 127))));
}

HWY_INLINE FloatVec Exp(FloatVec x) {
  // Beyond these bounds the result is 0 or infinite, and so it is at them.
  const Scaled e = ScaledExp(AtMost(AtLeast(x, Fill(-105.0f)), Fill(89.0f)));
  // In two steps, for exponents that no single float has.
  const IntVec exponent = ExponentOf(e);
  const IntVec half = hn::ShiftRight<1>(exponent);
  return hn::Mul(hn::Mul(e.value, PowerOf2(half)), PowerOf2(hn::Sub(exponent, half)));
}

// For x <= 0; 0 where exp(x) is not a normal number.
HWY_INLINE FloatVec ExpOfNegative(FloatVec x) {
  const Scaled e = ScaledExp(x);
  return hn::IfThenZeroElse(hn::Lt(x, Fill(-87.0f)), hn::Mul(e.value, PowerOf2(ExponentOf(e))));
}

HWY_INLINE FloatVec Expm1(FloatVec x) {
  const FloatVec bounded = hn::Min(hn::Max(x, Fill(-105.0f)), Fill(89.0f));
  // Keeps the sign of zero, too.
  const auto keep = hn::Or(hn::IsNaN(x), hn::Eq(x, Fill(0.0f)));
  return hn::IfThenElse(keep, x, hn::Expm1(FloatTag(), bounded));
}

HWY_INLINE FloatVec Log(FloatVec x) {
  const FloatVec infinity = Fill(std::numeric_limits<float>::infinity());
  const FloatVec log = hn::Log(FloatTag(), x);
  const FloatVec edge = hn::IfThenElse(
      hn::Eq(x, Fill(0.0f)), hn::Neg(infinity),
      hn::IfThenElse(hn::Lt(x, Fill(0.0f)), Fill(std::numeric_limits<float>::quiet_NaN()), x));
  // Comparisons with NaN are false, so it takes the side of `edge`.
  const auto ordinary = hn::And(hn::Gt(x, Fill(0.0f)), hn::Lt(x, infinity));
  return hn::IfThenElse(ordinary, log, edge);
}

// For x >= 0.
HWY_INLINE FloatVec Log1pOfPositive(FloatVec x) {
  const auto ordinary = hn::Lt(x, Fill(std::numeric_limits<float>::max()));
  return hn::IfThenElse(ordinary, hn::Log1p(FloatTag(), x), x);
}

HWY_INLINE FloatVec Bounded(FloatVec x, float bound) {
  return hn::Min(hn::Max(x, Fill(-bound)), Fill(bound));
}

// x * P(x^2) / Q(x^2) with minimax coefficients on [-9, 9]; beyond, the result rounds to 1.
HWY_INLINE FloatVec Tanh(FloatVec x) {
  const FloatVec t = Bounded(x, 9.0f);
  const FloatVec s = hn::Mul(t, t);
  const FloatVec p = Horner(s, Fill(1.3354552130806496e-08f), 2.0609000785043463e-05f,
                            0.003495583077892661f, 0.13381020724773407f, 1.0f);
  const FloatVec q = Horner(s, Fill(7.776512802593061e-07f), 0.00032856265897862613f,
                            0.025876963511109352f, 0.46714335680007935f, 1.0f);
  return KeepNaN(x, Bounded(hn::Div(hn::Mul(t, p), q), 1.0f));
}

// The same form on [-3.92, 3.92].
HWY_INLINE FloatVec Erf(FloatVec x) {
  const FloatVec t = Bounded(x, 3.92f);
  const FloatVec s = hn::Mul(t, t);
  const FloatVec p = Horner(s, Fill(1.992415121776503e-08f), -1.9578312731027836e-06f,
                            0.0001418506435584277f, 0.0037016260903328657f, 0.05057338625192642f,
                            0.19992497563362122f, 1.1283791065216064f);
  const FloatVec q = Horner(s, Fill(0.0009560423204675317f), 0.014353240840137005f,
                            0.11499860137701035f, 0.5105105638504028f, 1.0f);
  return KeepNaN(x, Bounded(hn::Div(hn::Mul(t, p), q), 1.0f));
}

// Of anything but NaN; 0 where the result is not a normal number.
HWY_INLINE FloatVec SigmoidOfNumber(FloatVec x) {
  const FloatVec low = Fill(-87.0f), one = Fill(1.0f);
  const FloatVec e = NormalExp(hn::Neg(hn::Min(hn::Max(x, low), Fill(87.0f))));
  return hn::IfThenZeroElse(hn::Lt(x, low), hn::Div(one, hn::Add(one, e)));
}
HWY_INLINE FloatVec Sigmoid(FloatVec x) { return KeepNaN(x, SigmoidOfNumber(x)); }

HWY_INLINE FloatVec Softplus(FloatVec x) {
  const FloatVec y = hn::Add(hn::Max(x, Fill(0.0f)), Log1pOfPositive(Exp(hn::Neg(hn::Abs(x)))));
  return KeepNaN(x, y);
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#endif  // toggled include guard

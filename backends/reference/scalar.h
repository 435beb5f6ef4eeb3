// The element types as C++ types, and the wide types that kernels compute in: double for every
// floating-point type (so that one scalar function serves all four), int64_t for signed integers,
// uint64_t for unsigned ones and bool. Integer arithmetic in the wide type is modular; Narrow()
// keeps the low bits, so it is modular in the element type too.
#ifndef KAIROS_BACKENDS_REFERENCE_SCALAR_H_
#define KAIROS_BACKENDS_REFERENCE_SCALAR_H_

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

namespace kairos::reference {

// An IEEE 754 binary format of 16 bits: a sign, kExponent bits, kFraction bits. Conversion from
// double rounds once, to nearest even.
template <int kExponent, int kFraction>
struct SmallFloat {
  uint16_t bits = 0;

  SmallFloat() = default;
  explicit SmallFloat(double value) : bits(Round(value)) {}
  operator double() const {
    const int exponent = (bits >> kFraction) & kMaxExponent;
    const int fraction = bits & ((1 << kFraction) - 1);
    double magnitude;
    if (exponent == kMaxExponent) {
      magnitude = fraction == 0 ? std::numeric_limits<double>::infinity()
                                : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
      magnitude = std::ldexp(fraction, 1 - kBias - kFraction);
    } else {
      magnitude = std::ldexp(fraction | 1 << kFraction, exponent - kBias - kFraction);
    }
    return bits >> 15 != 0 ? -magnitude : magnitude;
  }

 private:
  static constexpr int kMaxExponent = (1 << kExponent) - 1;
  static constexpr int kBias = kMaxExponent / 2;

  static uint16_t Round(double value) {
    uint64_t from;
    std::memcpy(&from, &value, sizeof(from));
    const auto sign = static_cast<uint16_t>(from >> 63 << 15);
    const uint64_t fraction = from & ((uint64_t{1} << 52) - 1);
    const int from_exponent = static_cast<int>(from >> 52 & 0x7ff);
    constexpr uint16_t kInfinity = kMaxExponent << kFraction;
    if (from_exponent == 0x7ff) {
      return sign | kInfinity | (fraction == 0 ? 0 : 1 << (kFraction - 1));
    }
    int exponent = from_exponent - 1023 + kBias;
    if (exponent >= kMaxExponent) return sign | kInfinity;
    // Subnormal results have fewer bits; what is below half of the smallest one is zero.
    int shift = 52 - kFraction;
    if (exponent <= 0) shift += 1 - exponent;
    if (shift >= 54) return sign;
    const uint64_t significand = fraction | uint64_t{1} << 52;
    uint64_t kept = significand >> shift;
    const uint64_t lost = significand & ((uint64_t{1} << shift) - 1);
    const uint64_t half = uint64_t{1} << (shift - 1);
    if (lost > half || (lost == half && kept % 2 != 0)) ++kept;
    // The leading one of `kept`, or a carry out of it, counts the exponent up.
    if (exponent > 0) kept += static_cast<uint64_t>(exponent - 1) << kFraction;
    return static_cast<uint16_t>(sign | kept);
  }
};
using Half = SmallFloat<5, 10>;
using BFloat16 = SmallFloat<8, 7>;

// A byte that is true when it is not 0: reading a hostile 2 as C++'s bool would be undefined.
struct Bool {
  uint8_t byte = 0;

  Bool() = default;
  explicit Bool(bool value) : byte(value ? 1 : 0) {}
  operator bool() const { return byte != 0; }
};

template <typename T>
inline constexpr bool kIsFloat =
    std::is_floating_point_v<T> || std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>;

template <typename T>
using Wide = std::conditional_t<kIsFloat<T>, double,
                                std::conditional_t<std::is_signed_v<T>, int64_t, uint64_t>>;

template <typename T>
Wide<T> Widen(T value) {
  return static_cast<Wide<T>>(value);
}

// The value as a T: bool is "not zero", floating point rounds to nearest even, integers from
// integers keep the low bits, integers from floating point truncate and saturate with NaN as 0.
template <typename T, typename W>
T Narrow(W value) {
  if constexpr (std::is_same_v<T, Bool>) {
    return Bool(value != 0);
  } else if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>) {
    return T(static_cast<double>(value));
  } else if constexpr (std::is_floating_point_v<W> && std::is_integral_v<T>) {
    // Both limits as powers of two, which are exact in double.
    const double end = std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (std::isnan(value)) return 0;
    if (value >= end) return std::numeric_limits<T>::max();
    if (value <= (std::is_signed_v<T> ? -end : 0.0)) return std::numeric_limits<T>::min();
    return static_cast<T>(value);
  } else {
    return static_cast<T>(value);
  }
}

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_SCALAR_H_

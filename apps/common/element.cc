#include "common/element.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace kairos {
namespace {

template <typename T>
T At(const TensorView& view, size_t index) {
  T value;
  std::memcpy(&value, static_cast<const char*>(view.data) + index * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
double NumberAt(const TensorView& view, size_t index) {
  return static_cast<double>(At<T>(view, index));
}

double FromHalf(uint16_t bits) {
  const double sign = (bits & 0x8000) != 0 ? -1 : 1;
  const int exponent = bits >> 10 & 31, fraction = bits & 1023;
  if (exponent == 31) {
    return fraction != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  }
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

double FromBFloat16(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  float value;
  std::memcpy(&value, &wide, sizeof(value));
  return value;
}

}  // namespace

double ElementAt(const TensorView& view, size_t index) {
  switch (view.dtype) {
    case DType::kFloat32:
      return NumberAt<float>(view, index);
    case DType::kFloat64:
      return NumberAt<double>(view, index);
    case DType::kFloat16:
      return FromHalf(At<uint16_t>(view, index));
    case DType::kBFloat16:
      return FromBFloat16(At<uint16_t>(view, index));
    case DType::kBool:
    case DType::kUint8:
      return NumberAt<uint8_t>(view, index);
    case DType::kInt8:
      return NumberAt<int8_t>(view, index);
    case DType::kUint16:
      return NumberAt<uint16_t>(view, index);
    case DType::kInt16:
      return NumberAt<int16_t>(view, index);
    case DType::kUint32:
      return NumberAt<uint32_t>(view, index);
    case DType::kInt32:
      return NumberAt<int32_t>(view, index);
    case DType::kUint64:
      return NumberAt<uint64_t>(view, index);
    case DType::kInt64:
      return NumberAt<int64_t>(view, index);
    case DType::kString:
    case DType::kUndefined:
      return 0;
  }
  return 0;
}

}  // namespace kairos

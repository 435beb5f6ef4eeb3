#include "graph/scalar_value.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "graph/dtype_rule.h"

namespace kairos {
namespace {

template <typename T>
T Load(const void* data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return value;
}

// IEEE 754 binary16.
double HalfAsDouble(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int mantissa = bits & 1023;
  double value;
  if (exponent == 31) {
    value = mantissa == 0 ? INFINITY : NAN;
  } else {
    value = exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

double BrainFloatAsDouble(uint16_t bits) {
  const uint32_t wide = uint32_t{bits} << 16;
  return Load<float>(&wide);
}

}  // namespace

bool IsInteger(DType dtype) { return DTypeFits('I', dtype); }

int64_t ScalarAsInt(DType dtype, const void* data) {
  switch (dtype) {
    case DType::kInt8:
      return Load<int8_t>(data);
    case DType::kUint8:
      return Load<uint8_t>(data);
    case DType::kInt16:
      return Load<int16_t>(data);
    case DType::kUint16:
      return Load<uint16_t>(data);
    case DType::kInt32:
      return Load<int32_t>(data);
    case DType::kUint32:
      return Load<uint32_t>(data);
    case DType::kUint64:
      return static_cast<int64_t>(
          std::min<uint64_t>(Load<uint64_t>(data), std::numeric_limits<int64_t>::max()));
    default:
      return Load<int64_t>(data);
  }
}

double ScalarAsDouble(DType dtype, const void* data) {
  switch (dtype) {
    case DType::kFloat32:
      return Load<float>(data);
    case DType::kFloat64:
      return Load<double>(data);
    case DType::kFloat16:
      return HalfAsDouble(Load<uint16_t>(data));
    case DType::kBFloat16:
      return BrainFloatAsDouble(Load<uint16_t>(data));
    default:
      return static_cast<double>(ScalarAsInt(dtype, data));
  }
}

}  // namespace kairos

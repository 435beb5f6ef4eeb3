// Conversions of element type. Floating point to integer truncates and saturates, NaN gives 0;
// integer to integer keeps the low bits; float16 and bfloat16 round to nearest even.
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "onednn/own/makers.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainElements = 8192;

struct Bool {
  uint8_t byte;
};
struct Half {
  uint16_t bits;
};
struct BFloat16 {
  uint16_t bits;
};

uint16_t HalfBits(float value) {
  const auto from = std::bit_cast<uint32_t>(value);
  const auto sign = static_cast<uint16_t>(from >> 16 & 0x8000);
  const uint32_t magnitude = from & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) {
    // Adding 0.5 leaves the significand of a subnormal half, rounded, in the low bits.
    const float shifted = std::bit_cast<float>(magnitude) + 0.5f;
    return static_cast<uint16_t>(sign | (std::bit_cast<uint32_t>(shifted) - 0x3f000000));
  }
  const uint32_t odd = magnitude >> 13 & 1;
  return static_cast<uint16_t>(sign | (magnitude - 0x38000000 + 0xfff + odd) >> 13);
}

float FromHalf(uint16_t bits) {
  const uint32_t sign = static_cast<uint32_t>(bits & 0x8000) << 16;
  const uint32_t magnitude = bits & 0x7fff;
  if (magnitude >= 0x7c00) return std::bit_cast<float>(sign | 0x7f800000 | magnitude << 13);
  if (magnitude < 0x400) {
    const float value = static_cast<float>(magnitude) * 0x1p-24f;
    return std::bit_cast<float>(sign | std::bit_cast<uint32_t>(value));
  }
  return std::bit_cast<float>(sign | ((magnitude << 13) + 0x38000000));
}

uint16_t BFloat16Bits(float value) {
  const auto from = std::bit_cast<uint32_t>(value);
  if ((from & 0x7fffffff) > 0x7f800000)
    return static_cast<uint16_t>((from >> 16 & 0x8000) | 0x7fc0);
  return static_cast<uint16_t>((from + 0x7fff + (from >> 16 & 1)) >> 16);
}

// The value as C++ arithmetic knows it.
template <typename T>
auto Value(T x) {
  if constexpr (std::is_same_v<T, Bool>) {
    return static_cast<uint8_t>(x.byte != 0);
  } else if constexpr (std::is_same_v<T, Half>) {
    return FromHalf(x.bits);
  } else if constexpr (std::is_same_v<T, BFloat16>) {
    return std::bit_cast<float>(static_cast<uint32_t>(x.bits) << 16);
  } else {
    return x;
  }
}

template <typename To, typename From>
To Convert(From value) {
  if constexpr (std::is_same_v<To, Bool>) {
    return {static_cast<uint8_t>(value != 0)};
  } else if constexpr (std::is_same_v<To, Half>) {
    return {HalfBits(value)};
  } else if constexpr (std::is_same_v<To, BFloat16>) {
    return {BFloat16Bits(value)};
  } else if constexpr (std::is_floating_point_v<From> && std::is_integral_v<To>) {
    // Both limits as powers of two, which are exact.
    const From end = std::ldexp(From{1}, std::numeric_limits<To>::digits);
    const From begin = std::is_signed_v<To> ? -end : From{0};
    if (!(value > begin)) return std::isnan(value) ? To{0} : std::numeric_limits<To>::min();
    return value < end ? static_cast<To>(value) : std::numeric_limits<To>::max();
  } else {
    return static_cast<To>(value);
  }
}

using ConvertFunction = void (*)(const void* src, void* dst, int64_t begin, int64_t end);

template <typename From, typename To>
void ConvertRange(const void* src, void* dst, int64_t begin, int64_t end) {
  const From* from = static_cast<const From*>(src);
  To* to = static_cast<To*>(dst);
  for (int64_t i = begin; i < end; ++i) to[i] = Convert<To>(Value(from[i]));
}

template <typename From>
ConvertFunction FindTo(DType to) {
  switch (to) {
    case DType::kFloat32: return &ConvertRange<From, float>;
    case DType::kFloat64: return &ConvertRange<From, double>;
    case DType::kInt64: return &ConvertRange<From, int64_t>;
    case DType::kInt32: return &ConvertRange<From, int32_t>;
    case DType::kInt8: return &ConvertRange<From, int8_t>;
    case DType::kUint8: return &ConvertRange<From, uint8_t>;
    case DType::kBool: return &ConvertRange<From, Bool>;
    // From wider types the detour over float would round twice.
    case DType::kFloat16: return std::is_same_v<From, float> ? &ConvertRange<float, Half> : nullptr;
    case DType::kBFloat16:
      return std::is_same_v<From, float> ? &ConvertRange<float, BFloat16> : nullptr;
    default: return nullptr;
  }
}

ConvertFunction Find(DType from, DType to) {
  switch (from) {
    case DType::kFloat32: return FindTo<float>(to);
    case DType::kFloat64: return FindTo<double>(to);
    case DType::kInt64: return FindTo<int64_t>(to);
    case DType::kInt32: return FindTo<int32_t>(to);
    case DType::kInt8: return FindTo<int8_t>(to);
    case DType::kUint8: return FindTo<uint8_t>(to);
    case DType::kBool: return FindTo<Bool>(to);
    case DType::kFloat16: return FindTo<Half>(to);
    case DType::kBFloat16: return FindTo<BFloat16>(to);
    default: return nullptr;
  }
}

class CastKernel : public OwnKernel {
 public:
  CastKernel(const KernelRequest& request, ConvertFunction convert)
      : OwnKernel(KernelName(request)),
        convert_(convert),
        count_(request.outputs[0].type.element_count()) {}

  absl::Status Run(const KernelArgs& args, State*) const override {
    ParallelRanges(*args.pool, count_, kGrainElements, [&](int64_t begin, int64_t end) {
      convert_(args.inputs[0], args.outputs[0], begin, end);
    });
    return absl::OkStatus();
  }

 private:
  ConvertFunction convert_;
  int64_t count_;
};

}  // namespace

MadeKernel MakeCast(const KernelRequest& request) {
  const TensorType& from = request.inputs[0].type;
  const TensorType& to = request.outputs[0].type;
  if (!SameMemoryOrder(to.shape, from.layout, to.layout)) {
    return Refuse(request, "input 0 is ", from.ToString(), ", output 0 is ", to.ToString());
  }
  const ConvertFunction convert = Find(from.dtype, to.dtype);
  if (convert == nullptr) {
    return Refuse(request, "no kernel from ", DTypeName(from.dtype), " to ", DTypeName(to.dtype));
  }
  return std::make_unique<CastKernel>(request, convert);
}

}  // namespace kairos::onednn::own

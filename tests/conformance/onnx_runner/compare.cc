#include "onnx_runner/compare.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"

namespace kairos::conformance {
namespace {

double HalfToDouble(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  const double sign = bits >> 15 != 0 ? -1 : 1;
  if (exponent == 31) return fraction != 0 ? NAN : sign * INFINITY;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

double BFloatToDouble(uint16_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(bits) << 16));
}

template <typename T>
T At(const void* data, int64_t i) {
  T value;
  std::memcpy(&value, static_cast<const std::byte*>(data) + static_cast<size_t>(i) * sizeof(T),
              sizeof(T));
  return value;
}

bool IsFloat(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kFloat64 || dtype == DType::kFloat16 ||
         dtype == DType::kBFloat16;
}

double FloatAt(DType dtype, const void* data, int64_t i) {
  switch (dtype) {
    case DType::kFloat32:
      return static_cast<double>(At<float>(data, i));
    case DType::kFloat64:
      return At<double>(data, i);
    case DType::kFloat16:
      return HalfToDouble(At<uint16_t>(data, i));
    default:
      return BFloatToDouble(At<uint16_t>(data, i));
  }
}

bool Close(double got, double want, const Tolerance& tolerance) {
  if (std::isnan(got) || std::isnan(want)) return std::isnan(got) && std::isnan(want);
  if (std::isinf(got) || std::isinf(want)) return got == want;
  return std::abs(got - want) <= tolerance.absolute + tolerance.relative * std::abs(want);
}

absl::Status CompareFloats(const TensorView& got, const Constant& want,
                           const Tolerance& tolerance) {
  const int64_t count = want.type.element_count();
  int64_t different = 0, first = 0;
  for (int64_t i = count; i-- > 0;) {
    if (Close(FloatAt(got.dtype, got.data, i), FloatAt(got.dtype, want.data, i), tolerance))
      continue;
    ++different;
    first = i;
  }
  if (different == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(
      different, " of ", count, " elements differ, first element ", first, ", got ",
      FloatAt(got.dtype, got.data, first), ", expected ", FloatAt(got.dtype, want.data, first)));
}

absl::Status CompareBytes(const TensorView& got, const Constant& want) {
  if (std::memcmp(got.data, want.data, want.type.byte_count()) == 0) return absl::OkStatus();
  const size_t size = DTypeSize(got.dtype);
  int64_t first = 0;
  const auto at = [size](const void* data, int64_t i) {
    return static_cast<const std::byte*>(data) + static_cast<size_t>(i) * size;
  };
  while (std::memcmp(at(got.data, first), at(want.data, first), size) == 0) ++first;
  int64_t a = 0, b = 0;
  std::memcpy(&a, at(got.data, first), size);
  std::memcpy(&b, at(want.data, first), size);
  return absl::InternalError(absl::StrCat("element ", first, " differs, got ", a, ", expected ", b,
                                          " (bits as integers)"));
}

absl::Status CompareStrings(const Constant& got, const Constant& want) {
  if (got.type != want.type) {
    return absl::InternalError(
        absl::StrCat("wrong type, got ", got.type.ToString(), ", expected ", want.type.ToString()));
  }
  for (int64_t i = 0; i < want.type.element_count(); ++i) {
    const auto& a = static_cast<const std::string*>(got.data)[i];
    const auto& b = static_cast<const std::string*>(want.data)[i];
    if (a == b) continue;
    return absl::InternalError(
        absl::StrCat("element ", i, " differs, got '", a, "', expected '", b, "'"));
  }
  return absl::OkStatus();
}

absl::Status CompareConstants(const Constant& got, const Constant& want,
                              const Tolerance& tolerance) {
  if (want.type.dtype == DType::kString) return CompareStrings(got, want);
  return CompareTensors({got.type.dtype, got.type.shape, got.data, got.type.byte_count()}, want,
                        tolerance);
}

}  // namespace

absl::Status CompareValues(const AnyValue& got, const AnyValue& want, const Tolerance& tolerance) {
  if (got.kind != want.kind || got.sequence.size() != want.sequence.size()) {
    return absl::InternalError(
        absl::StrCat("wrong kind, got ", got.ToString(), ", expected ", want.ToString()));
  }
  if (want.is_tensor()) return CompareConstants(got.tensor, want.tensor, tolerance);
  for (size_t i = 0; i < want.sequence.size(); ++i) {
    const absl::Status status = CompareConstants(got.sequence[i], want.sequence[i], tolerance);
    if (status.ok()) continue;
    return absl::Status(status.code(), absl::StrCat("tensor ", i, ": ", status.message()));
  }
  return absl::OkStatus();
}

absl::Status CompareTensors(const TensorView& got, const Constant& want,
                            const Tolerance& tolerance) {
  const TensorType type{got.dtype, Shape(got.shape.begin(), got.shape.end())};
  if (type != want.type) {
    return absl::InternalError(
        absl::StrCat("wrong type, got ", type.ToString(), ", expected ", want.type.ToString()));
  }
  if (type.element_count() == 0) return absl::OkStatus();
  return IsFloat(type.dtype) ? CompareFloats(got, want, tolerance) : CompareBytes(got, want);
}

}  // namespace kairos::conformance

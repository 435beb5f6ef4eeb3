// From a DType at run time to a C++ type: Dispatch*(dtype, body) calls body.operator()<T>(), so the
// body is a lambda `[&]<typename T>() { ... }`. Data movement needs no numbers, only sizes: use
// DispatchBytes there, whose four types stand for all thirteen.
#ifndef KAIROS_BACKENDS_REFERENCE_DISPATCH_H_
#define KAIROS_BACKENDS_REFERENCE_DISPATCH_H_

#include <cstdint>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "kairos/tensor.h"
#include "reference/scalar.h"

namespace kairos::reference {

// Bit i stands for the DType of number i.
using DTypeSet = uint32_t;

template <typename... T>
constexpr DTypeSet MakeDTypeSet(T... dtype) {
  return ((DTypeSet{1} << static_cast<unsigned>(dtype)) | ...);
}
constexpr bool Contains(DTypeSet set, DType dtype) {
  return static_cast<unsigned>(dtype) < 32 && (set >> static_cast<unsigned>(dtype) & 1) != 0;
}

inline constexpr DTypeSet kFloatTypes =
    MakeDTypeSet(DType::kFloat16, DType::kBFloat16, DType::kFloat32, DType::kFloat64);
inline constexpr DTypeSet kSignedTypes =
    MakeDTypeSet(DType::kInt8, DType::kInt16, DType::kInt32, DType::kInt64);
inline constexpr DTypeSet kUnsignedTypes =
    MakeDTypeSet(DType::kUint8, DType::kUint16, DType::kUint32, DType::kUint64);
inline constexpr DTypeSet kIntegerTypes = kSignedTypes | kUnsignedTypes;
inline constexpr DTypeSet kNumericTypes = kFloatTypes | kIntegerTypes;
inline constexpr DTypeSet kBoolType = MakeDTypeSet(DType::kBool);
inline constexpr DTypeSet kIndexTypes = MakeDTypeSet(DType::kInt32, DType::kInt64);
inline constexpr DTypeSet kAllTypes = kNumericTypes | kBoolType;

template <typename T, typename Body>
absl::Status CallWith(Body&& body) {
  if constexpr (std::is_void_v<decltype(body.template operator()<T>())>) {
    body.template operator()<T>();
    return absl::OkStatus();
  } else {
    return body.template operator()<T>();
  }
}

inline absl::Status NoKernelFor(DType dtype) {
  return absl::UnimplementedError(absl::StrCat("no kernel for elements of ", DTypeName(dtype)));
}

template <typename Body>
absl::Status DispatchFloat(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::kFloat16:
      return CallWith<Half>(body);
    case DType::kBFloat16:
      return CallWith<BFloat16>(body);
    case DType::kFloat32:
      return CallWith<float>(body);
    case DType::kFloat64:
      return CallWith<double>(body);
    default:
      return NoKernelFor(dtype);
  }
}

template <typename Body>
absl::Status DispatchInteger(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::kInt8:
      return CallWith<int8_t>(body);
    case DType::kInt16:
      return CallWith<int16_t>(body);
    case DType::kInt32:
      return CallWith<int32_t>(body);
    case DType::kInt64:
      return CallWith<int64_t>(body);
    case DType::kUint8:
      return CallWith<uint8_t>(body);
    case DType::kUint16:
      return CallWith<uint16_t>(body);
    case DType::kUint32:
      return CallWith<uint32_t>(body);
    case DType::kUint64:
      return CallWith<uint64_t>(body);
    default:
      return NoKernelFor(dtype);
  }
}

template <typename Body>
absl::Status DispatchNumeric(DType dtype, Body&& body) {
  if (Contains(kFloatTypes, dtype)) return DispatchFloat(dtype, body);
  return DispatchInteger(dtype, body);
}

template <typename Body>
absl::Status DispatchAll(DType dtype, Body&& body) {
  if (dtype == DType::kBool) return CallWith<Bool>(body);
  return DispatchNumeric(dtype, body);
}

// int32_t or int64_t: what ONNX allows for indices.
template <typename Body>
absl::Status DispatchIndex(DType dtype, Body&& body) {
  switch (dtype) {
    case DType::kInt32:
      return CallWith<int32_t>(body);
    case DType::kInt64:
      return CallWith<int64_t>(body);
    default:
      return NoKernelFor(dtype);
  }
}

template <typename Body>
absl::Status DispatchBytes(DType dtype, Body&& body) {
  switch (DTypeSize(dtype)) {
    case 1:
      return CallWith<uint8_t>(body);
    case 2:
      return CallWith<uint16_t>(body);
    case 4:
      return CallWith<uint32_t>(body);
    case 8:
      return CallWith<uint64_t>(body);
    default:
      return NoKernelFor(dtype);
  }
}

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_DISPATCH_H_

#include <charconv>
#include <cstring>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "executor/host_ops/host_call.h"
#include "executor/new_tensor.h"
#include "graph/scalar_value.h"

namespace kairos {
namespace {

// The shortest text that is this number and no other of its type.
template <typename T>
std::string ShortestText(T number) {
  char text[64];
  const std::to_chars_result end = std::to_chars(text, text + sizeof(text), number);
  return std::string(text, end.ptr);
}

std::string TextOf(DType dtype, const void* data) {
  if (dtype == DType::kFloat32)
    return ShortestText(static_cast<float>(ScalarAsDouble(dtype, data)));
  if (IsInteger(dtype)) return ShortestText(ScalarAsInt(dtype, data));
  if (dtype == DType::kBool) return *static_cast<const uint8_t*>(data) != 0 ? "True" : "False";
  return ShortestText(ScalarAsDouble(dtype, data));
}

AnyValue ToStrings(const Constant& tensor) {
  std::vector<std::string> strings;
  const auto* data = static_cast<const std::byte*>(tensor.data);
  for (int64_t i = 0; i < tensor.type.element_count(); ++i) {
    strings.push_back(TextOf(tensor.type.dtype, data));
    data += DTypeSize(tensor.type.dtype);
  }
  return NewStrings(tensor.type.shape, std::move(strings));
}

template <typename T>
bool Parse(absl::string_view text, T* number) {
  absl::ConsumePrefix(&text, "+");
  if constexpr (std::is_same_v<T, float>) return absl::SimpleAtof(text, number);
  if constexpr (std::is_same_v<T, double>) return absl::SimpleAtod(text, number);
  if constexpr (std::is_integral_v<T>) return absl::SimpleAtoi(text, number);
}

template <typename T>
HostResult FromStrings(const Constant& tensor, DType dtype) {
  KAIROS_ASSIGN_OR_RETURN(Constant made, NewTensor({dtype, tensor.type.shape}));
  const auto* strings = static_cast<const std::string*>(tensor.data);
  auto* out = static_cast<T*>(NewData(made));
  for (int64_t i = 0; i < tensor.type.element_count(); ++i) {
    if (Parse(strings[i], out + i)) continue;
    return absl::InvalidArgumentError(absl::StrCat("element ", i, " is '", Printable(strings[i]),
                                                   "', expected ", DTypeName(dtype)));
  }
  return One(std::move(made));
}

HostResult CastTo(const HostCall& call, DType dtype) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(0));
  const bool from_strings = tensor->type.dtype == DType::kString;
  if (dtype == DType::kString) return One(from_strings ? AnyValue(*tensor) : ToStrings(*tensor));
  if (from_strings) {
    if (dtype == DType::kFloat32) return FromStrings<float>(*tensor, dtype);
    if (dtype == DType::kFloat64) return FromStrings<double>(*tensor, dtype);
    if (dtype == DType::kInt32) return FromStrings<int32_t>(*tensor, dtype);
    if (dtype == DType::kInt64) return FromStrings<int64_t>(*tensor, dtype);
  }
  return absl::UnimplementedError(absl::StrCat("cast from ", DTypeName(tensor->type.dtype), " to ",
                                               DTypeName(dtype), " outside of a kernel"));
}

}  // namespace

HostResult HostCast(const HostCall& call) {
  return CastTo(call, static_cast<DType>(call.node.attributes.Int("to", 0)));
}

HostResult HostCastLike(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* like, call.Tensor(1));
  return CastTo(call, like->type.dtype);
}

}  // namespace kairos

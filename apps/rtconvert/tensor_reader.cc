#include "rtconvert/tensor_reader.h"

#include <algorithm>
#include <bit>
#include <iterator>
#include <limits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "rtconvert/names.h"

namespace kairos {
namespace {

static_assert(std::endian::native == std::endian::little, "raw_data is used in place");

using onnx_format::TensorProto;

// TensorProto.DataType, in the order of its numbers, for messages.
constexpr absl::string_view kDataTypeNames[] = {
    "undefined",      "float32",  "uint8",        "int8",           "uint16",
    "int16",          "int32",    "int64",        "string",         "bool",
    "float16",        "float64",  "uint32",       "uint64",         "complex64",
    "complex128",     "bfloat16", "float8e4m3fn", "float8e4m3fnuz", "float8e5m2",
    "float8e5m2fnuz", "uint4",    "int4",         "float4e2m1",     "float8e8m0"};

absl::Status WrongCount(int64_t got, int64_t want, absl::string_view unit) {
  return absl::DataLossError(absl::StrCat("wrong size, got ", got, " ", unit, ", expected ", want));
}

Constant MakeConstant(TensorType type, std::shared_ptr<Tensor> tensor) {
  static constexpr char kNothing = 0;
  const void* data = tensor->data();
  return {std::move(type), data == nullptr ? &kNothing : data, std::move(tensor)};
}

absl::StatusOr<std::shared_ptr<Tensor>> NewTensor(const TensorType& type) {
  absl::StatusOr<Tensor> tensor = Tensor::Make(type.dtype, type.shape);
  if (!tensor.ok()) return tensor.status();
  return std::make_shared<Tensor>(*std::move(tensor));
}

// `field` has one element for each of the tensor's, perhaps in a wider type.
template <typename T, typename Field>
absl::StatusOr<Constant> Convert(const Field& field, TensorType type) {
  const int64_t count = type.element_count();
  if (field.size() != count) return WrongCount(field.size(), count, "elements");
  absl::StatusOr<std::shared_ptr<Tensor>> tensor = NewTensor(type);
  if (!tensor.ok()) return tensor.status();
  T* out = static_cast<T*>((*tensor)->data());
  const T limit = type.dtype == DType::kBool ? T{1} : std::numeric_limits<T>::max();
  for (const auto value : field) {
    if constexpr (std::numeric_limits<T>::is_integer) {
      if (value < std::numeric_limits<T>::min() || value > limit) {
        return absl::DataLossError(
            absl::StrCat("element out of range, got ", value, " in ", DTypeName(type.dtype)));
      }
    }
    *out++ = static_cast<T>(value);
  }
  return MakeConstant(std::move(type), *std::move(tensor));
}

absl::StatusOr<Constant> ReadTyped(const TensorProto& proto, TensorType type) {
  switch (type.dtype) {
    case DType::kFloat32:
      return Convert<float>(proto.float_data(), std::move(type));
    case DType::kFloat64:
      return Convert<double>(proto.double_data(), std::move(type));
    case DType::kInt64:
      return Convert<int64_t>(proto.int64_data(), std::move(type));
    case DType::kUint64:
      return Convert<uint64_t>(proto.uint64_data(), std::move(type));
    case DType::kUint32:
      return Convert<uint32_t>(proto.uint64_data(), std::move(type));
    case DType::kInt32:
      return Convert<int32_t>(proto.int32_data(), std::move(type));
    case DType::kInt16:
      return Convert<int16_t>(proto.int32_data(), std::move(type));
    case DType::kInt8:
      return Convert<int8_t>(proto.int32_data(), std::move(type));
    case DType::kBool:
    case DType::kUint8:
      return Convert<uint8_t>(proto.int32_data(), std::move(type));
    case DType::kUint16:
    case DType::kFloat16:  // bit patterns
    case DType::kBFloat16:
      return Convert<uint16_t>(proto.int32_data(), std::move(type));
    default:
      return absl::InternalError(absl::StrCat("no reader for ", DTypeName(type.dtype)));
  }
}

// ONNX allows one field with elements, and only the one that fits the element type. Empty fields
// of other types are harmless.
absl::Status CheckOneEncoding(const TensorProto& proto, bool external) {
  const int fields[] = {proto.float_data_size(),  proto.int32_data_size(),
                        proto.int64_data_size(),  proto.double_data_size(),
                        proto.uint64_data_size(), proto.string_data_size()};
  const int64_t used =
      std::count_if(std::begin(fields), std::end(fields), [](int size) { return size > 0; }) +
      (proto.raw_data().empty() ? 0 : 1) + (external ? 1 : 0);
  if (used <= 1) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("elements in ", used, " encodings at once, expected one"));
}

absl::StatusOr<TensorType> ReadType(const TensorProto& proto) {
  absl::StatusOr<DType> dtype = SupportedDType(proto.data_type());
  if (!dtype.ok()) return dtype.status();
  if (proto.dims_size() > kMaxRank) {
    return absl::ResourceExhaustedError(
        absl::StrCat("rank too high, got ", proto.dims_size(), ", expected at most ", kMaxRank));
  }
  TensorType type{*dtype, Shape(proto.dims().begin(), proto.dims().end())};
  if (absl::StatusOr<size_t> bytes = CheckedByteCount(type.dtype, type.shape); !bytes.ok()) {
    return bytes.status();
  }
  return type;
}

bool IsBool(uint8_t byte) { return byte <= 1; }

template <typename T>
Constant NewConstant(DType dtype, absl::Span<const T> values, bool scalar) {
  auto owned = std::make_shared<std::vector<T>>(values.begin(), values.end());
  owned->reserve(1);  // never a null pointer
  const void* data = owned->data();
  Shape shape;
  if (!scalar) shape.push_back(static_cast<int64_t>(values.size()));
  return {TensorType{dtype, std::move(shape)}, data, std::move(owned)};
}

}  // namespace

absl::StatusOr<DType> SupportedDType(int64_t data_type) {
  const bool known = data_type >= 0 && data_type < static_cast<int64_t>(std::size(kDataTypeNames));
  const DType dtype = known ? static_cast<DType>(data_type) : DType::kUndefined;
  if (known && DTypeSize(dtype) > 0) return dtype;
  if (known && data_type != TensorProto::UNDEFINED) {
    return absl::UnimplementedError(
        absl::StrCat("type ", kDataTypeNames[data_type], ": not supported"));
  }
  return absl::UnimplementedError(absl::StrCat("type ", data_type, ": not a known element type"));
}

absl::StatusOr<Constant> TensorReader::ReadRaw(const TensorProto& proto, TensorType type) const {
  const std::string& raw = proto.raw_data();
  if (raw.size() != type.byte_count()) {
    return WrongCount(static_cast<int64_t>(raw.size()), static_cast<int64_t>(type.byte_count()),
                      absl::StrCat("bytes for ", type.ToString()));
  }
  if (type.dtype == DType::kBool && !std::all_of(raw.begin(), raw.end(), IsBool)) {
    return absl::DataLossError("element out of range in bool, expected 0 or 1");
  }
  return Constant{std::move(type), raw.data(), owner_};
}

absl::StatusOr<Constant> TensorReader::ReadExternal(const TensorProto& proto, TensorType type) {
  absl::StatusOr<ExternalRange> range = ParseExternalRange(proto);
  if (!range.ok()) return range.status();
  absl::StatusOr<int> descriptor = external_.Find(*range, type.byte_count());
  if (!descriptor.ok()) return descriptor.status();
  absl::StatusOr<std::shared_ptr<Tensor>> tensor = NewTensor(type);
  if (!tensor.ok()) return tensor.status();
  const auto bytes = absl::MakeSpan(static_cast<std::byte*>((*tensor)->data()), type.byte_count());
  if (absl::Status status = ExternalData::Read(*descriptor, *range, bytes); !status.ok()) {
    return status;
  }
  const absl::Span<const uint8_t> elements = (*tensor)->as<uint8_t>();
  if (type.dtype == DType::kBool && !std::all_of(elements.begin(), elements.end(), IsBool)) {
    return absl::DataLossError("element out of range in bool, expected 0 or 1");
  }
  return MakeConstant(std::move(type), *std::move(tensor));
}

absl::StatusOr<Constant> TensorReader::Read(const TensorProto& proto) {
  absl::StatusOr<TensorType> type = ReadType(proto);
  if (!type.ok()) return type.status();
  if (proto.has_segment()) return absl::UnimplementedError("segmented tensor: not supported");
  const bool external = proto.data_location() == TensorProto::EXTERNAL;
  if (absl::Status status = CheckOneEncoding(proto, external); !status.ok()) return status;
  if (external) return ReadExternal(proto, *std::move(type));
  if (proto.has_raw_data() && !proto.raw_data().empty()) return ReadRaw(proto, *std::move(type));
  return ReadTyped(proto, *std::move(type));
}

Constant NewIntsConstant(absl::Span<const int64_t> values, bool scalar) {
  return NewConstant(DType::kInt64, values, scalar);
}

Constant NewFloatsConstant(absl::Span<const float> values, bool scalar) {
  return NewConstant(DType::kFloat32, values, scalar);
}

}  // namespace kairos

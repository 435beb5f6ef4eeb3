#include "rtconvert/declared_value.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "rtconvert/names.h"
#include "rtconvert/tensor_reader.h"

namespace kairos {
namespace {

using onnx_format::TensorShapeProto;
using onnx_format::TypeProto;

constexpr int64_t kMaxDim = (int64_t{1} << 31) - 1;

absl::string_view KindName(const TypeProto& type) {
  switch (type.value_case()) {
    case TypeProto::kSequenceType:
      return "sequence";
    case TypeProto::kMapType:
      return "map";
    case TypeProto::kOptionalType:
      return "optional";
    case TypeProto::kSparseTensorType:
      return "sparse tensor";
    case TypeProto::kOpaqueType:
      return "opaque";
    case TypeProto::VALUE_NOT_SET:
      return "without a name";
    default:
      return "tensor";
  }
}

absl::StatusOr<Dim> ReadDim(const TensorShapeProto::Dimension& proto) {
  Dim dim;
  if (proto.has_dim_param() && proto.dim_param() != "?") dim.symbol = proto.dim_param();
  if (!proto.has_dim_value()) return dim;
  if (proto.dim_value() < -1 || proto.dim_value() > kMaxDim) {
    return absl::DataLossError(absl::StrCat("dimension out of range, got ", proto.dim_value()));
  }
  dim.size = proto.dim_value();
  return dim;
}

std::string DimsString(const std::vector<Dim>& dims) {
  return absl::StrCat("[",
                      absl::StrJoin(dims, ",",
                                    [](std::string* out, const Dim& dim) {
                                      if (dim.size >= 0) {
                                        absl::StrAppend(out, dim.size);
                                      } else {
                                        absl::StrAppend(out, dim.symbol.empty() ? "?" : dim.symbol);
                                      }
                                    }),
                      "]");
}

}  // namespace

absl::StatusOr<Value> ReadDeclaredValue(const onnx_format::ValueInfoProto& info) {
  Value value{.name = info.name()};
  if (!info.has_type() || info.type().value_case() == TypeProto::VALUE_NOT_SET) return value;
  const TypeProto* type = &info.type();
  if (type->has_optional_type()) {
    value.kind = ValueKind::kOptional;
    type = &type->optional_type().elem_type();
  }
  if (type->has_sequence_type()) {
    if (value.kind == ValueKind::kTensor) value.kind = ValueKind::kSequence;
    type = &type->sequence_type().elem_type();
  }
  if (!type->has_tensor_type()) {
    return absl::UnimplementedError(absl::StrCat("type ", KindName(*type), ": not supported"));
  }
  const TypeProto::Tensor& tensor = type->tensor_type();
  if (tensor.elem_type() == onnx_format::TensorProto::STRING) {
    value.dtype = DType::kString;
  } else if (tensor.elem_type() != onnx_format::TensorProto::UNDEFINED) {
    absl::StatusOr<DType> dtype = SupportedDType(tensor.elem_type());
    if (!dtype.ok()) return dtype.status();
    value.dtype = *dtype;
  }
  if (!tensor.has_shape()) return value;
  value.dims.emplace();
  for (const TensorShapeProto::Dimension& proto : tensor.shape().dim()) {
    absl::StatusOr<Dim> dim = ReadDim(proto);
    if (!dim.ok()) return dim.status();
    value.dims->push_back(*std::move(dim));
  }
  if (value.dims->size() > kMaxRank) {
    return absl::ResourceExhaustedError(
        absl::StrCat("rank too high, got ", value.dims->size(), ", expected at most ", kMaxRank));
  }
  return value;
}

absl::Status FixShape(const Shape& shape, Value* value) {
  bool fits = !value->dims || value->dims->size() == shape.size();
  for (size_t i = 0; fits && value->dims && i < shape.size(); ++i) {
    const int64_t declared = (*value->dims)[i].size;
    fits = declared < 0 || declared == shape[i];
  }
  if (!fits) {
    return absl::InvalidArgumentError(
        absl::StrCat("input ", Quoted(value->name), ": shape does not fit the model, got ",
                     ShapeString(shape), ", expected ", DimsString(*value->dims)));
  }
  value->dims.emplace();
  for (int64_t size : shape) value->dims->push_back({.size = size});
  return absl::OkStatus();
}

}  // namespace kairos

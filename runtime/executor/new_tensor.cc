#include "executor/new_tensor.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "graph/scalar_value.h"

namespace kairos {
namespace {

size_t Product(const Shape& shape, size_t begin, size_t end) {
  size_t product = 1;
  for (size_t i = begin; i < end; ++i) product *= static_cast<size_t>(shape[i]);
  return product;
}

// A tensor as `outer` blocks, each of `length` runs of `run` bytes along the axis.
struct Runs {
  size_t outer, length, run;
  Runs(const TensorType& type, size_t axis)
      : outer(Product(type.shape, 0, axis)),
        length(static_cast<size_t>(type.shape[axis])),
        run(Product(type.shape, axis + 1, type.shape.size()) * DTypeSize(type.dtype)) {}
};

absl::Status ExpectNumbers(const Constant& tensor) {
  if (tensor.type.dtype != DType::kString) return absl::OkStatus();
  return absl::UnimplementedError("strings are only passed on, not cut or joined");
}

}  // namespace

absl::StatusOr<Constant> NewTensor(TensorType type) {
  KAIROS_ASSIGN_OR_RETURN(const size_t bytes, CheckedByteCount(type.dtype, type.shape));
  KAIROS_ASSIGN_OR_RETURN(AlignedBuffer buffer, AlignedBuffer::Make(bytes));
  return TensorIn(std::move(buffer), std::move(type));
}

Constant TensorIn(AlignedBuffer buffer, TensorType type) {
  static constexpr std::byte kEmpty{};
  auto owner = std::make_shared<AlignedBuffer>(std::move(buffer));
  const void* data = owner->data() == nullptr ? &kEmpty : owner->data();
  return {std::move(type), data, std::move(owner)};
}

absl::Status NewOutputs(absl::Span<const TensorType> types, std::vector<AnyValue>* outputs,
                        std::vector<MutableTensorView>* views) {
  outputs->reserve(types.size());  // views point into them
  for (const TensorType& type : types) {
    KAIROS_ASSIGN_OR_RETURN(Constant made, NewTensor(type));
    const Constant& output = outputs->emplace_back(std::move(made)).tensor;
    views->push_back(
        {output.type.dtype, output.type.shape, NewData(output), output.type.byte_count()});
  }
  return absl::OkStatus();
}

absl::StatusOr<Constant> NewInts(Shape shape, absl::Span<const int64_t> values) {
  KAIROS_ASSIGN_OR_RETURN(Constant tensor, NewTensor({DType::kInt64, std::move(shape)}));
  std::copy(values.begin(), values.end(), static_cast<int64_t*>(NewData(tensor)));
  return tensor;
}

absl::StatusOr<Constant> NewBool(Shape shape, bool value) {
  KAIROS_ASSIGN_OR_RETURN(Constant tensor, NewTensor({DType::kBool, std::move(shape)}));
  *static_cast<bool*>(NewData(tensor)) = value;
  return tensor;
}

Constant NewStrings(Shape shape, std::vector<std::string> values) {
  auto owner = std::make_shared<std::vector<std::string>>(std::move(values));
  owner->reserve(1);  // never a null pointer
  const void* data = owner->data();
  return {{DType::kString, std::move(shape)}, data, std::move(owner)};
}

absl::StatusOr<int64_t> ScalarInt(const Constant& tensor, absl::string_view what) {
  if (!IsInteger(tensor.type.dtype) || tensor.type.element_count() != 1) {
    return absl::InvalidArgumentError(absl::StrCat(what, " is ", tensor.type.ToString(),
                                                   ", expected one element of an integer type"));
  }
  return ScalarAsInt(tensor.type.dtype, tensor.data);
}

absl::StatusOr<bool> ScalarBool(const Constant& tensor, absl::string_view what) {
  if (tensor.type.dtype != DType::kBool || tensor.type.element_count() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat(what, " is ", tensor.type.ToString(), ", expected one element of bool"));
  }
  return *static_cast<const uint8_t*>(tensor.data) != 0;
}

absl::StatusOr<Constant> SliceAxis(const Constant& tensor, size_t axis, int64_t begin,
                                   int64_t end) {
  KAIROS_RETURN_IF_ERROR(ExpectNumbers(tensor));
  const Runs src(tensor.type, axis);
  TensorType type = tensor.type;
  type.shape[axis] = end - begin;
  const auto* from =
      static_cast<const std::byte*>(tensor.data) + static_cast<size_t>(begin) * src.run;
  if (src.outer == 1) {
    // An owner that is null would say that the memory is a caller's.
    return Constant{std::move(type), from, tensor.owner};
  }
  KAIROS_ASSIGN_OR_RETURN(Constant made, NewTensor(std::move(type)));
  auto* to = static_cast<std::byte*>(NewData(made));
  const size_t bytes = static_cast<size_t>(end - begin) * src.run;
  for (size_t o = 0; o < src.outer && bytes > 0; ++o) {
    std::memcpy(to + o * bytes, from + o * src.length * src.run, bytes);
  }
  return made;
}

absl::StatusOr<Constant> TakeAxis(const Constant& tensor, size_t axis,
                                  absl::Span<const int64_t> indices) {
  KAIROS_RETURN_IF_ERROR(ExpectNumbers(tensor));
  const Runs src(tensor.type, axis);
  TensorType type = tensor.type;
  type.shape[axis] = static_cast<int64_t>(indices.size());
  KAIROS_ASSIGN_OR_RETURN(Constant made, NewTensor(std::move(type)));
  const auto* from = static_cast<const std::byte*>(tensor.data);
  auto* to = static_cast<std::byte*>(NewData(made));
  if (src.run == 0) return made;
  for (size_t o = 0; o < src.outer; ++o) {
    for (const int64_t index : indices) {
      std::memcpy(to, from + (o * src.length + static_cast<size_t>(index)) * src.run, src.run);
      to += src.run;
    }
  }
  return made;
}

absl::StatusOr<size_t> AxisOf(int64_t axis, size_t rank) {
  const auto limit = static_cast<int64_t>(rank);
  if (axis < -limit || axis >= limit) {
    return absl::InvalidArgumentError(
        absl::StrCat("axis is ", axis, ", expected ", -limit, " to ", limit - 1));
  }
  return static_cast<size_t>(axis < 0 ? axis + limit : axis);
}

absl::StatusOr<Constant> JoinAxis(absl::Span<const Constant> tensors, int64_t axis, bool new_axis) {
  if (tensors.empty()) {
    return absl::InvalidArgumentError("got an empty sequence, expected one tensor or more");
  }
  TensorType type = tensors[0].type;
  KAIROS_ASSIGN_OR_RETURN(const size_t at, AxisOf(axis, type.shape.size() + (new_axis ? 1 : 0)));
  if (new_axis) type.shape.insert(type.shape.begin() + static_cast<ptrdiff_t>(at), 1);
  type.shape[at] = 0;
  for (const Constant& tensor : tensors) {
    KAIROS_RETURN_IF_ERROR(ExpectNumbers(tensor));
    TensorType own = tensor.type;
    if (new_axis && own.shape.size() + 1 == type.shape.size()) {
      own.shape.insert(own.shape.begin() + static_cast<ptrdiff_t>(at), 1);
    }
    const int64_t length = own.shape.size() == type.shape.size() ? own.shape[at] : 0;
    if (own.shape.size() == type.shape.size()) own.shape[at] = type.shape[at];
    if (own != type) {
      return absl::InvalidArgumentError(
          absl::StrCat("tensors to be joined are ", tensors[0].type.ToString(), " and ",
                       tensor.type.ToString(), ", expected one type"));
    }
    type.shape[at] += length;
  }
  KAIROS_ASSIGN_OR_RETURN(Constant made, NewTensor(type));
  auto* to = static_cast<std::byte*>(NewData(made));
  const size_t outer = Product(type.shape, 0, at);
  for (size_t o = 0; o < outer; ++o) {
    for (const Constant& tensor : tensors) {
      const size_t bytes = tensor.type.byte_count() / outer;
      if (bytes == 0) continue;
      std::memcpy(to, static_cast<const std::byte*>(tensor.data) + o * bytes, bytes);
      to += bytes;
    }
  }
  return made;
}

Constant WithShape(Constant tensor, Shape shape) {
  tensor.type.shape = std::move(shape);
  return tensor;
}

}  // namespace kairos

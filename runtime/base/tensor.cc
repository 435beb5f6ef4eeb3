#include "kairos/tensor.h"

#include <cstring>
#include <limits>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/aligned_memory.h"
#include "base/checked.h"
#include "base/status_macros.h"

namespace kairos {
namespace {

constexpr int64_t kMaxDim = (int64_t{1} << 31) - 1;
constexpr int64_t kMaxElements = int64_t{1} << 40;

struct DTypeRow {
  DType dtype;
  uint8_t bytes;
  const char* name;
};
constexpr DTypeRow kDTypes[] = {
    {DType::kUndefined, 0, "undefined"}, {DType::kFloat32, 4, "float32"},
    {DType::kUint8, 1, "uint8"},         {DType::kInt8, 1, "int8"},
    {DType::kUint16, 2, "uint16"},       {DType::kInt16, 2, "int16"},
    {DType::kInt32, 4, "int32"},         {DType::kInt64, 8, "int64"},
    {DType::kString, 0, "string"},       {DType::kBool, 1, "bool"},
    {DType::kFloat16, 2, "float16"},     {DType::kFloat64, 8, "float64"},
    {DType::kUint32, 4, "uint32"},       {DType::kUint64, 8, "uint64"},
    {DType::kBFloat16, 2, "bfloat16"},
};

const DTypeRow* FindDType(DType dtype) {
  for (const DTypeRow& row : kDTypes) {
    if (row.dtype == dtype) return &row;
  }
  return nullptr;
}

// Product of shape[begin..end).
int64_t Product(absl::Span<const int64_t> shape, size_t begin, size_t end) {
  int64_t product = 1;
  for (size_t i = begin; i < end; ++i) product *= shape[i];
  return product;
}

}  // namespace

size_t DTypeSize(DType dtype) {
  const DTypeRow* row = FindDType(dtype);
  return row == nullptr ? 0 : row->bytes;
}

std::string DTypeName(DType dtype) {
  const DTypeRow* row = FindDType(dtype);
  return row == nullptr ? absl::StrCat("dtype ", static_cast<int>(dtype)) : row->name;
}

int64_t ElementCount(absl::Span<const int64_t> shape) { return Product(shape, 0, shape.size()); }

absl::StatusOr<size_t> CheckedByteCount(DType dtype, absl::Span<const int64_t> shape) {
  const size_t element_bytes = DTypeSize(dtype);
  if (element_bytes == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("elements of ", DTypeName(dtype), " have no fixed size"));
  }
  if (shape.size() > kMaxRank) {
    return absl::ResourceExhaustedError(
        absl::StrCat("rank ", shape.size(), " exceeds the limit ", kMaxRank));
  }
  // A zero must not hide what the other dimensions multiply to, so it counts as one here.
  int64_t product = 1;
  bool empty = false;
  for (int64_t dim : shape) {
    if (dim < 0) {
      return absl::InvalidArgumentError(
          absl::StrCat("shape ", ShapeString(shape), " has a negative dimension"));
    }
    if (dim > kMaxDim) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "element count overflows, shape ", ShapeString(shape), " has a dimension over 2^31 - 1"));
    }
    empty |= dim == 0;
    if (dim != 0) product *= dim;  // at most 2^40 * 2^31
    if (product > kMaxElements) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "element count overflows, shape ", ShapeString(shape), " passes 2^40 elements"));
    }
  }
  const uint64_t bytes = empty ? 0 : static_cast<uint64_t>(product) * element_bytes;
  if (bytes > std::numeric_limits<size_t>::max() / 2) {
    return absl::ResourceExhaustedError(
        absl::StrCat(bytes, " bytes exceed the address space of this machine"));
  }
  return static_cast<size_t>(bytes);
}

std::string ShapeString(absl::Span<const int64_t> shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ","), "]");
}

std::string TensorType::ToString() const {
  return absl::StrCat(DTypeName(dtype), ShapeString(shape),
                      layout == Layout::kChannelsLast ? ":nhwc" : "");
}

Shape DenseStrides(absl::Span<const int64_t> shape, Layout layout) {
  const size_t rank = shape.size();
  Shape strides(rank, 1);
  int64_t stride = 1;
  const bool channels_last = layout == Layout::kChannelsLast && rank >= 2;
  if (channels_last) stride = shape[1];
  for (size_t i = rank; i-- > 0;) {
    if (channels_last && i == 1) continue;
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

bool SameMemoryOrder(absl::Span<const int64_t> shape, Layout a, Layout b) {
  if (a == b || shape.size() < 3) return true;
  return shape[1] == 1 || Product(shape, 2, shape.size()) == 1 || ElementCount(shape) == 0;
}

absl::StatusOr<Tensor> Tensor::Make(DType dtype, Shape shape) {
  KAIROS_ASSIGN_OR_RETURN(const size_t bytes, CheckedByteCount(dtype, shape));
  // Kernels may read whole cache lines; an empty tensor still has an address.
  const size_t allocated = AlignUp(bytes == 0 ? 1 : bytes, kAlignment);
  const AlignedMemory memory = AllocateAligned(allocated, MemoryUse::kTensor);
  if (memory.data == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("out of memory, ", bytes,
                                                     " bytes wanted for a tensor ",
                                                     DTypeName(dtype), ShapeString(shape)));
  }
  if (!memory.zeros) std::memset(memory.data, 0, allocated);
  Tensor tensor;
  tensor.dtype_ = dtype;
  tensor.shape_ = std::move(shape);
  tensor.bytes_ = bytes;
  tensor.data_ = {memory.data, {memory.mapped}};
  return tensor;
}

void Tensor::Free::operator()(std::byte* p) const { FreeAligned({p, mapped}, MemoryUse::kTensor); }

}  // namespace kairos

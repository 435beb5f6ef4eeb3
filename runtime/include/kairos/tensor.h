// Tensors as the runtime sees them: an element type, a shape, a memory layout and a pointer.
// `TensorView` and `MutableTensorView` borrow memory; `Tensor` owns it, 64-byte aligned.
#ifndef KAIROS_TENSOR_H_
#define KAIROS_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace kairos {

// Element types, numbered as TensorProto.DataType of ONNX.
enum class DType : uint8_t {
  kUndefined = 0,
  kFloat32 = 1,
  kUint8 = 2,
  kInt8 = 3,
  kUint16 = 4,
  kInt16 = 5,
  kInt32 = 6,
  kInt64 = 7,
  kString = 8,
  kBool = 9,
  kFloat16 = 10,
  kFloat64 = 11,
  kUint32 = 12,
  kUint64 = 13,
  kBFloat16 = 16,
};

// Bytes of one element; 0 for kUndefined, kString and numbers that are no DType.
size_t DTypeSize(DType dtype);
// "float32", "int64", ...; "dtype 255" for a number that is no DType.
std::string DTypeName(DType dtype);

// Dimensions, outermost first. At most kMaxRank of them, each in [0, 2^31).
using Shape = absl::InlinedVector<int64_t, 6>;
inline constexpr int kMaxRank = 8;

// Product of the dimensions (1 for a scalar). The shape must have passed CheckedByteCount or come
// from a loaded model.
int64_t ElementCount(absl::Span<const int64_t> shape);
// Bytes of a dense tensor; kResourceExhausted when a limit or 2^62 is passed, kInvalidArgument for
// a negative dimension.
absl::StatusOr<size_t> CheckedByteCount(DType dtype, absl::Span<const int64_t> shape);
// "[1,3,224,224]"
std::string ShapeString(absl::Span<const int64_t> shape);

// How the elements of a tensor of logical shape [N, C, D1, ...] lie in memory.
enum class Layout : uint8_t {
  kPlain = 0,         // row-major in the order of the shape
  kChannelsLast = 1,  // row-major in the order [N, D1, ..., C]; rank 3 to 5
};

struct TensorType {
  DType dtype = DType::kUndefined;
  Shape shape;
  Layout layout = Layout::kPlain;

  int64_t element_count() const { return ElementCount(shape); }
  size_t byte_count() const { return static_cast<size_t>(element_count()) * DTypeSize(dtype); }
  // "float32[1,3,224,224]", with ":nhwc" behind it when channels-last.
  std::string ToString() const;
  friend bool operator==(const TensorType&, const TensorType&) = default;
};

// Strides in elements, per logical dimension, of a dense tensor in `layout`.
Shape DenseStrides(absl::Span<const int64_t> shape, Layout layout);
// True when both layouts put every element of such a shape at the same place.
bool SameMemoryOrder(absl::Span<const int64_t> shape, Layout a, Layout b);

// Read-only tensor in somebody else's memory, plain layout.
struct TensorView {
  DType dtype = DType::kUndefined;
  absl::Span<const int64_t> shape;
  const void* data = nullptr;
  size_t bytes = 0;  // bytes that `data` points to
};

// Writable tensor in somebody else's memory, plain layout.
struct MutableTensorView {
  DType dtype = DType::kUndefined;
  absl::Span<const int64_t> shape;
  void* data = nullptr;
  size_t bytes = 0;
};

// Owns its memory; move-only. Plain layout.
class Tensor {
 public:
  Tensor() = default;
  // Zero-filled. kInvalidArgument or kResourceExhausted when the shape is not representable or
  // memory is short.
  static absl::StatusOr<Tensor> Make(DType dtype, Shape shape);

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  size_t byte_count() const { return bytes_; }
  void* data() { return data_.get(); }
  const void* data() const { return data_.get(); }

  template <typename T>
  absl::Span<T> as() {
    return {static_cast<T*>(data()), bytes_ / sizeof(T)};
  }
  template <typename T>
  absl::Span<const T> as() const {
    return {static_cast<const T*>(data()), bytes_ / sizeof(T)};
  }

  // Both borrow; valid while this tensor lives and is not moved from.
  TensorView view() const { return {dtype_, shape_, data(), bytes_}; }
  MutableTensorView mutable_view() { return {dtype_, shape_, data(), bytes_}; }

 private:
  struct Free {
    size_t mapped;  // bytes of a mapping; 0: from the heap
    void operator()(std::byte* p) const;
  };
  DType dtype_ = DType::kUndefined;
  Shape shape_;
  size_t bytes_ = 0;
  std::unique_ptr<std::byte, Free> data_;
};

}  // namespace kairos

#endif  // KAIROS_TENSOR_H_

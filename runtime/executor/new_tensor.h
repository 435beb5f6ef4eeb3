// Tensors made while a model runs, and parts of tensors.
#ifndef KAIROS_RUNTIME_EXECUTOR_NEW_TENSOR_H_
#define KAIROS_RUNTIME_EXECUTOR_NEW_TENSOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "base/aligned_buffer.h"
#include "kairos/any_value.h"
#include "kairos/attribute.h"
#include "kairos/tensor.h"

namespace kairos {

// In memory of its own, to be written once through NewData() before it is shared. The address is
// never null. kResourceExhausted when the limits or memory are passed; kUnimplemented for strings.
absl::StatusOr<Constant> NewTensor(TensorType type);
// In the memory of the buffer, which has as many bytes as the type needs, or more.
Constant TensorIn(AlignedBuffer buffer, TensorType type);
inline void* NewData(const Constant& fresh) { return const_cast<void*>(fresh.data); }

// A view of a tensor of numbers.
inline TensorView ViewOf(const Constant& tensor) {
  return {tensor.type.dtype, tensor.type.shape, tensor.data, tensor.type.byte_count()};
}
// New tensors of these types, with views to write them through.
absl::Status NewOutputs(absl::Span<const TensorType> types, std::vector<AnyValue>* outputs,
                        std::vector<MutableTensorView>* views);

// A tensor with the elements of `values`.
absl::StatusOr<Constant> NewInts(Shape shape, absl::Span<const int64_t> values);
Constant NewStrings(Shape shape, std::vector<std::string> values);
absl::StatusOr<Constant> NewBool(Shape shape, bool value);

// The single element of an integer or bool tensor; kInvalidArgument when it is none. `what` is for
// the message.
absl::StatusOr<int64_t> ScalarInt(const Constant& tensor, absl::string_view what);
absl::StatusOr<bool> ScalarBool(const Constant& tensor, absl::string_view what);

// The elements [begin, end) along `axis`, which is in range. Shares memory where they lie together.
absl::StatusOr<Constant> SliceAxis(const Constant& tensor, size_t axis, int64_t begin, int64_t end);
// The elements at `indices` along `axis`, in that order.
absl::StatusOr<Constant> TakeAxis(const Constant& tensor, size_t axis,
                                  absl::Span<const int64_t> indices);
// Tensors one behind the other along `axis`; of one type but for that axis, or kInvalidArgument.
// With `new_axis` they have none there yet.
absl::StatusOr<Constant> JoinAxis(absl::Span<const Constant> tensors, int64_t axis, bool new_axis);
// The same elements in another shape of as many.
Constant WithShape(Constant tensor, Shape shape);

// `axis` in [0, rank), or kInvalidArgument.
absl::StatusOr<size_t> AxisOf(int64_t axis, size_t rank);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_NEW_TENSOR_H_

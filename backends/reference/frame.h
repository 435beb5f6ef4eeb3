// What a kernel of the reference backend is made of. A kernel is a function
//
//   absl::Status RunFoo(const KernelRequest& request, const Args& args);
//
// and a row in the table of its family (families.h); nothing else needs to know of it. `request` is
// the kernel's own copy of what it was made for: node, attributes, operand types, and known values.
// `args` gives typed pointers for this run; where an operand's value was known when the kernel was
// made, that copy is what args.input() returns, so a kernel need not care.
//
// The graph's validation has checked arity, attributes, dtypes and shapes against ONNX; the frame
// checks the row's dtypes and applies fused post-ops to output 0 after run. What a kernel must
// check are the *values* it reads from tensors at run time. Tensors lie in the layouts of their
// types: use StridesOfType() in operators that the op table (runtime/graph/op_table.h) marks
// kSpatial or kElementwise; others get plain ones only. Kernels keep nothing between runs and do
// not allocate in proportion to their data: they ask for scratch.
#ifndef KAIROS_BACKENDS_REFERENCE_FRAME_H_
#define KAIROS_BACKENDS_REFERENCE_FRAME_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/kernel.h"
#include "reference/dispatch.h"
#include "reference/scalar.h"
#include "reference/strided.h"

namespace kairos::reference {

// kKairosDomain for constant tables. With its length given: under the undefined behaviour sanitizer
// g++ 12 does not take the address of an array as a constant that is not null.
inline constexpr absl::string_view kOwnDomain(kKairosDomain, sizeof(kKairosDomain) - 1);

// The operands of one run.
class Args {
 public:
  // Borrows both.
  Args(const KernelRequest& request, const KernelArgs& args) : request_(request), args_(args) {}

  // Inputs and outputs beyond those of the node are absent.
  bool has_input(size_t i) const {
    return i < request_.inputs.size() && request_.inputs[i].present;
  }
  bool has_output(size_t i) const {
    return i < request_.outputs.size() && request_.outputs[i].present;
  }
  const TensorType& input_type(size_t i) const { return request_.inputs[i].type; }
  const TensorType& output_type(size_t i) const { return request_.outputs[i].type; }

  // Null when absent.
  const void* raw_input(size_t i) const {
    if (!has_input(i)) return nullptr;
    return request_.inputs[i].data != nullptr ? request_.inputs[i].data : args_.inputs[i];
  }
  void* raw_output(size_t i) const { return has_output(i) ? args_.outputs[i] : nullptr; }
  template <typename T>
  const T* input(size_t i) const {
    return static_cast<const T*>(raw_input(i));
  }
  template <typename T>
  T* output(size_t i) const {
    return static_cast<T*>(raw_output(i));
  }

  // Of the size that the row's scratch_bytes gave, 64-byte aligned.
  void* scratch() const { return args_.scratch; }
  ThreadPool& pool() const { return *args_.pool; }

 private:
  const KernelRequest& request_;
  const KernelArgs& args_;
};

// One operator. Operands of a type without fixed size (strings) are refused for all.
struct ReferenceOp {
  absl::string_view domain;
  absl::string_view op;
  absl::Status (*run)(const KernelRequest& request, const Args& args) = nullptr;
  DTypeSet input_types = kAllTypes;   // of input 0, where it is present
  DTypeSet output_types = kAllTypes;  // of output 0
  // Further conditions; kUnimplemented says which one fails. Null: none.
  absl::Status (*supports)(const KernelRequest& request) = nullptr;
  // Null: none needed.
  size_t (*scratch_bytes)(const KernelRequest& request) = nullptr;
};

// ---- For `supports`.

// kUnimplemented unless input `i` is absent or of a type in `types`.
absl::Status CheckInputType(const KernelRequest& request, size_t i, DTypeSet types);

// ---- For `run`: values that come as tensors, and what may be wrong with them.

// Input `i` (int32 or int64) as numbers; empty when absent.
absl::StatusOr<Shape> ReadInts(const Args& args, size_t i);
// An axis in [-rank, rank) made not negative; kInvalidArgument otherwise.
absl::StatusOr<int64_t> ResolveAxis(int64_t axis, size_t rank);
// Each of `axes`, resolved; kInvalidArgument for one that is out of range or named twice.
absl::StatusOr<Shape> ResolveAxes(absl::Span<const int64_t> axes, size_t rank);
// An index in [-extent, extent) made not negative; -1 when it is out of range.
inline int64_t ResolveIndex(int64_t index, int64_t extent) {
  if (index < 0) index += extent;
  return index >= 0 && index < extent ? index : -1;
}
// "SUBJECT: index is out of range, got 7, expected -5 to 4"
absl::Status IndexError(absl::string_view subject, int64_t index, int64_t extent);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_FRAME_H_

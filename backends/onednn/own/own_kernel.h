// What all kernels of this folder share: a name that is also their frozen form (they make no
// choices that depend on the machine beyond the vector instructions, which are picked when they
// run), and the wording of a refusal.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_OWN_KERNEL_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_OWN_KERNEL_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "kairos/kernel.h"

namespace kairos::onednn::own {

using MadeKernel = absl::StatusOr<std::unique_ptr<Kernel>>;

class OwnKernel : public Kernel {
 public:
  explicit OwnKernel(std::string name) : name_(std::move(name)) {}
  absl::string_view name() const override { return name_; }
  size_t memory_bytes() const override { return 512; }
  bool quick_to_make() const override { return true; }
  std::string Save() const override { return name_; }

 private:
  std::string name_;
};

// kUnimplemented: "own.OP: what, got ..., expected ...".
template <typename... Args>
absl::Status Refuse(const KernelRequest& request, const Args&... args) {
  return absl::UnimplementedError(absl::StrCat("own.", request.node->op, ": ", args...));
}

inline std::string KernelName(const KernelRequest& request) {
  return absl::StrCat("own.", request.node->op);
}

// kFailedPrecondition when a plan recorded another kernel; `frozen` is empty where there is none.
absl::Status CheckFrozen(absl::string_view name, absl::string_view frozen);

// The inputs of the operator itself, without the operands of its post-ops.
inline absl::Span<const Operand> BaseInputs(const KernelRequest& request) {
  return request.inputs.subspan(0, request.node->base_input_count());
}

// Whether base input `index` is there.
inline bool HasInput(const KernelRequest& request, size_t index) {
  return index < request.node->base_input_count() && request.inputs[index].present;
}

// Whether there are elements, of float32, that lie in the order of the shape.
inline bool IsPlainFloat(const Operand& operand) {
  const TensorType& type = operand.type;
  return type.dtype == DType::kFloat32 && type.element_count() > 0 &&
         SameMemoryOrder(type.shape, type.layout, Layout::kPlain);
}

// `axis` counted from the front; the op table has checked its range.
inline int64_t PositiveAxis(int64_t axis, size_t rank) {
  return axis < 0 ? axis + static_cast<int64_t>(rank) : axis;
}

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_OWN_KERNEL_H_

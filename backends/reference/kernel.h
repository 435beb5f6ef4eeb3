// The one Kernel class of the reference backend: a row of a table, and an owned copy of the
// request.
#ifndef KAIROS_BACKENDS_REFERENCE_KERNEL_H_
#define KAIROS_BACKENDS_REFERENCE_KERNEL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "kairos/kernel.h"
#include "reference/frame.h"

namespace kairos::reference {

// `request` as the operator itself sees it: inputs behind its own belong to the post-ops.
inline KernelRequest BaseRequest(KernelRequest request) {
  request.inputs = request.inputs.subspan(0, request.node->base_input_count());
  return request;
}

// A KernelRequest with all that it points to. Neither copied nor moved: it points into itself.
class OwnedRequest {
 public:
  explicit OwnedRequest(const KernelRequest& borrowed);
  OwnedRequest(const OwnedRequest&) = delete;
  OwnedRequest& operator=(const OwnedRequest&) = delete;

  const KernelRequest& get() const { return request_; }
  // The same without the operands of the post-ops.
  KernelRequest base() const { return BaseRequest(request_); }
  size_t value_bytes() const { return value_bytes_; }

 private:
  Node node_;
  std::vector<Operand> inputs_, outputs_;
  std::vector<std::unique_ptr<std::byte[]>> values_;
  size_t value_bytes_ = 0;
  KernelRequest request_;
};

class ReferenceKernel : public Kernel {
 public:
  // `op` outlives the kernel.
  ReferenceKernel(const ReferenceOp& op, const KernelRequest& request);

  absl::string_view name() const override { return name_; }
  size_t scratch_bytes() const override { return scratch_bytes_; }
  size_t memory_bytes() const override { return 4096 + request_.value_bytes(); }
  absl::Status Run(const KernelArgs& args, State* state) const override;
  std::string Save() const override { return name_; }

 private:
  const ReferenceOp& op_;
  OwnedRequest request_;
  std::string name_;
  size_t scratch_bytes_;
};

// "reference.Conv", "reference.kairos.Reorder"
std::string ReferenceKernelName(const ReferenceOp& op);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_KERNEL_H_

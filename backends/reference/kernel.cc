#include "reference/kernel.h"

#include <cstring>

#include "absl/strings/str_cat.h"

#include "reference/post_ops.h"

namespace kairos::reference {

OwnedRequest::OwnedRequest(const KernelRequest& borrowed)
    : node_(*borrowed.node),
      inputs_(borrowed.inputs.begin(), borrowed.inputs.end()),
      outputs_(borrowed.outputs.begin(), borrowed.outputs.end()),
      request_(borrowed) {
  for (Operand& input : inputs_) {
    if (input.data == nullptr) continue;
    const size_t bytes = input.type.byte_count();
    // One byte at least: a known empty value is not an unknown one.
    values_.push_back(std::make_unique<std::byte[]>(bytes + 1));
    std::memcpy(values_.back().get(), input.data, bytes);
    input.data = values_.back().get();
    value_bytes_ += bytes;
  }
  request_.node = &node_;
  request_.inputs = inputs_;
  request_.outputs = outputs_;
}

std::string ReferenceKernelName(const ReferenceOp& op) {
  return absl::StrCat("reference.", op.domain, op.domain.empty() ? "" : ".", op.op);
}

ReferenceKernel::ReferenceKernel(const ReferenceOp& op, const KernelRequest& request)
    : op_(op),
      request_(request),
      name_(ReferenceKernelName(op)),
      scratch_bytes_(op.scratch_bytes == nullptr ? 0 : op.scratch_bytes(request_.base())) {}

absl::Status ReferenceKernel::Run(const KernelArgs& args, State* /*state*/) const {
  const KernelRequest base = request_.base();
  absl::Status status = op_.run(base, Args(base, args));
  if (!status.ok()) return status;
  return ApplyPostOps(request_.get(), Args(request_.get(), args));
}

}  // namespace kairos::reference

#include "executor/host_ops/host_call.h"
#include "executor/new_tensor.h"

namespace kairos {

HostResult HostPass(const HostCall& call) { return One(*call.inputs[0]); }

HostResult HostOptional(const HostCall& call) {
  return One(call.Has(0) ? *call.inputs[0] : AnyValue());
}

HostResult HostOptionalGetElement(const HostCall& call) {
  if (call.inputs[0]->is_none()) return call.Unexpected(0, "a tensor or a sequence");
  return One(*call.inputs[0]);
}

HostResult HostOptionalHasElement(const HostCall& call) {
  absl::StatusOr<Constant> has = NewBool({}, call.Has(0) && !call.inputs[0]->is_none());
  if (!has.ok()) return has.status();
  return One(*std::move(has));
}

}  // namespace kairos

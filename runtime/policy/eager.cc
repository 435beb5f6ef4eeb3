#include "kairos/policies.h"

namespace kairos {
namespace {

class EagerPolicy : public Policy {
 public:
  absl::string_view name() const override { return "eager"; }
  bool specializes() const override { return false; }
  bool keeps_programs() const override { return false; }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext&, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord*) const override {
    absl::StatusOr<std::unique_ptr<Kernel>> kernel = backend.Specialize(request);
    if (!kernel.ok()) return kernel.status();
    return ResolvedKernel{*std::move(kernel), KernelSource::kCompiled, ""};
  }
};

}  // namespace

std::shared_ptr<const Policy> NewEagerPolicy() { return std::make_shared<EagerPolicy>(); }

}  // namespace kairos

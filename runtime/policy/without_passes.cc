#include <algorithm>
#include <utility>

#include "kairos/policies.h"

namespace kairos {
namespace {

class PolicyWithoutPasses : public Policy {
 public:
  PolicyWithoutPasses(std::shared_ptr<const Policy> inner, std::vector<std::string> names)
      : inner_(std::move(inner)), names_(std::move(names)) {}

  absl::string_view name() const override { return inner_->name(); }
  std::vector<std::string> passes() const override {
    std::vector<std::string> passes = inner_->passes();
    std::erase_if(passes, [&](const std::string& pass) {
      return std::find(names_.begin(), names_.end(), pass) != names_.end();
    });
    return passes;
  }
  bool specializes() const override { return inner_->specializes(); }
  bool keeps_programs() const override { return inner_->keeps_programs(); }
  bool one_at_a_time() const override { return inner_->one_at_a_time(); }
  absl::Status Check(const PolicyContext& context) const override { return inner_->Check(context); }
  // What is ready was made with the inner policy's passes, and is kept for it.
  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext&, const Signature&) const override {
    return ReadyProgram{nullptr, "passes are switched off"};
  }
  absl::StatusOr<Backend*> ChooseBackend(const PolicyContext& context, const KernelRequest& request,
                                         absl::Span<Backend* const> candidates) const override {
    return inner_->ChooseBackend(context, request, candidates);
  }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    return inner_->GetKernel(context, backend, request, frozen);
  }

 private:
  const std::shared_ptr<const Policy> inner_;
  const std::vector<std::string> names_;
};

}  // namespace

std::shared_ptr<const Policy> WithoutPasses(std::shared_ptr<const Policy> policy,
                                            std::vector<std::string> names) {
  if (names.empty()) return policy;
  return std::make_shared<PolicyWithoutPasses>(std::move(policy), std::move(names));
}

}  // namespace kairos

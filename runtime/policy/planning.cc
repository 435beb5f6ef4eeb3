#include <utility>

#include "absl/strings/str_cat.h"

#include "kairos/policies.h"
#include "policy/lazy.h"
#include "policy/related.h"

namespace kairos {
namespace {

// Makes what another model's plans do not have.
class ReusingPolicy : public Policy {
 public:
  ReusingPolicy(const PlanningOptions& options, std::shared_ptr<const Policy> base)
      : options_(options), base_(std::move(base)) {}

  absl::string_view name() const override { return base_->name(); }
  std::vector<std::string> passes() const override { return base_->passes(); }
  bool specializes() const override { return base_->specializes(); }
  bool keeps_programs() const override { return base_->keeps_programs(); }

  bool one_at_a_time() const override { return base_->one_at_a_time(); }
  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext& context,
                                           const Signature& signature) const override {
    return base_->FindProgram(context, signature);
  }

  absl::StatusOr<Backend*> ChooseBackend(const PolicyContext& context, const KernelRequest& request,
                                         absl::Span<Backend* const> candidates) const override {
    return base_->ChooseBackend(context, request, candidates);
  }

  RelatedPlans Related(const PolicyContext& context) const override {
    return PlansThatApply(options_.from, context, PlanCheck::Verdict::kOk);
  }

  void Recorded(const PolicyContext& context, const Signature& signature,
                CompleteProgram complete) const override {
    base_->Recorded(context, signature, std::move(complete));
  }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    if (frozen != nullptr) {
      absl::StatusOr<ResolvedKernel> thawed = ThawThroughCache(context, backend, request, *frozen);
      if (thawed.ok() || options_.only_reuse) return thawed;
    }
    if (!options_.only_reuse) return base_->GetKernel(context, backend, request, frozen);
    return NotInPlan(request, "the plan has no kernel for it, and none may be compiled");
  }

 private:
  const PlanningOptions options_;
  const std::shared_ptr<const Policy> base_;
};

}  // namespace

absl::Status NotInPlan(const KernelRequest& request, absl::string_view message) {
  return request.node->post_ops.empty() ? absl::FailedPreconditionError(message)
                                        : absl::UnimplementedError(message);
}

RelatedPlans PlansThatApply(std::shared_ptr<const Model> model, const PolicyContext& context,
                            PlanCheck::Verdict worst) {
  RelatedPlans related;
  if (model == nullptr) return related;
  for (const Plan& plan : model->plans()) {
    if (CheckPlan(plan, context).verdict <= worst) related.plans.push_back(&plan);
  }
  related.model = std::move(model);
  return related;
}

std::shared_ptr<const Policy> Reusing(const PlanningOptions& options,
                                      std::shared_ptr<const Policy> policy) {
  if (options.from == nullptr) return policy;
  return std::make_shared<ReusingPolicy>(options, std::move(policy));
}

std::shared_ptr<const Policy> NewPlanningPolicy(const PlanningOptions& options) {
  return Reusing(options, NewJitPolicy());
}

}  // namespace kairos

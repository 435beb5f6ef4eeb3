#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "kairos/policies.h"
#include "policy/lazy.h"
#include "policy/related.h"

namespace kairos {
namespace {

std::string Describe(const PlanCheck& check) {
  return absl::StrCat("plan field ", check.field, ": got ", check.have, ", expected ", check.want);
}

absl::StatusOr<ResolvedKernel> FallBack(const PolicyContext& context, Backend& backend,
                                        const KernelRequest& request, std::string reason) {
  KAIROS_ASSIGN_OR_RETURN(ResolvedKernel made, SpecializeThroughCache(context, backend, request));
  made.from_cache = made.source == KernelSource::kCache;
  made.source = KernelSource::kFallback;
  made.reason = std::move(reason);
  return made;
}

// A model that has other weights than the one whose plans it runs from.
bool IsRefit(const Model& model) { return model.plans().empty() && model.refit_of() != nullptr; }

absl::Span<const Plan> PlansFor(const Model& model) {
  return IsRefit(model) ? model.refit_of()->plans() : model.plans();
}

class AotPolicy : public Policy {
 public:
  explicit AotPolicy(const AotOptions& options)
      : strict_(options.on_mismatch == OnPlanMismatch::kError) {}

  absl::string_view name() const override { return "aot"; }
  std::vector<std::string> passes() const override { return AllPassNames(); }

  absl::Status Check(const PolicyContext& context) const override {
    if (PlansFor(*context.model).empty()) {
      return absl::FailedPreconditionError("model has no plan; add one with rtcompile");
    }
    if (!strict_) return absl::OkStatus();
    PlanCheck last;
    for (const Plan& plan : PlansFor(*context.model)) {
      last = CheckPlan(plan, context);
      if (last.verdict == PlanCheck::Verdict::kOk) return absl::OkStatus();
      for (const ProgramRecord& entry : plan.programs) {
        if (CheckEntry(plan, entry, context).verdict == PlanCheck::Verdict::kOk) {
          return absl::OkStatus();
        }
      }
    }
    return absl::FailedPreconditionError(
        absl::StrCat(Describe(last), "; recompile with rtcompile on this machine"));
  }

  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext& context,
                                           const Signature& signature) const override {
    ReadyProgram best;
    std::string reason = "no plan entry for this signature";
    for (const Plan& plan : PlansFor(*context.model)) {
      for (const ProgramRecord& record : plan.programs) {
        if (!(record.signature == signature)) continue;
        const PlanCheck check = CheckEntry(plan, record, context);
        if (check.verdict == PlanCheck::Verdict::kOk) return ReadyFor(*context.model, {&record});
        reason = Describe(check);
        const bool usable = !strict_ && check.verdict == PlanCheck::Verdict::kDegraded;
        if (usable && best.record == nullptr) best = {&record, reason};
      }
    }
    if (best.record != nullptr) return ReadyFor(*context.model, best);
    if (strict_) return absl::FailedPreconditionError(reason);
    return ReadyProgram{nullptr, reason};
  }

  RelatedPlans Related(const PolicyContext& context) const override {
    if (!IsRefit(*context.model)) return {};
    return PlansThatApply(context.model->refit_of(), context,
                          strict_ ? PlanCheck::Verdict::kOk : PlanCheck::Verdict::kDegraded);
  }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    if (frozen == nullptr) {
      if (context.taps) return FallBack(context, backend, request, "a tap changes this step");
      if (strict_) return NotInPlan(request, "no plan entry; recompile with rtcompile");
      return FallBack(context, backend, request, "no plan entry for this signature");
    }
    absl::StatusOr<ResolvedKernel> loaded = ThawThroughCache(context, backend, request, *frozen);
    if (loaded.ok() || strict_) return loaded;
    return FallBack(context, backend, request, std::string(loaded.status().message()));
  }

 private:
  // The Program of other weights is recorded anew, from its kernels.
  static ReadyProgram ReadyFor(const Model& model, ReadyProgram found) {
    if (IsRefit(model)) found.record = nullptr;
    return found;
  }

  const bool strict_;
};

// The plan where the model has one, else lazy specialisation: a policy made of two.
class AutoPolicy : public Policy {
 public:
  absl::string_view name() const override { return "auto"; }
  std::vector<std::string> passes() const override { return AllPassNames(); }

  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext& context,
                                           const Signature& signature) const override {
    KAIROS_ASSIGN_OR_RETURN(ReadyProgram planned, planned_->FindProgram(context, signature));
    if (planned.record != nullptr) return planned;
    KAIROS_ASSIGN_OR_RETURN(ReadyProgram kept, lazy_->FindProgram(context, signature));
    if (kept.record == nullptr && kept.reason.empty()) return planned;
    return kept;
  }

  RelatedPlans Related(const PolicyContext& context) const override {
    return planned_->Related(context);
  }

  void Recorded(const PolicyContext& context, const Signature& signature,
                CompleteProgram complete) const override {
    lazy_->Recorded(context, signature, std::move(complete));
  }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    const bool from_plan = frozen != nullptr && !frozen->from_cache;
    const Policy& chosen = from_plan ? *planned_ : *lazy_;
    return chosen.GetKernel(context, backend, request, frozen);
  }

 private:
  std::shared_ptr<const Policy> planned_ = NewAotPolicy();
  std::shared_ptr<const Policy> lazy_ = NewJitPolicy();
};

}  // namespace

std::shared_ptr<const Policy> NewAotPolicy(const AotOptions& options) {
  return std::make_shared<AotPolicy>(options);
}

std::shared_ptr<const Policy> NewAutoPolicy() { return std::make_shared<AutoPolicy>(); }

}  // namespace kairos

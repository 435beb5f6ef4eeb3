#include "kairos/compiler.h"

#include <utility>

#include "base/status_macros.h"
#include "kairos/session.h"
#include "policy/fingerprint.h"

namespace kairos {

absl::StatusOr<Plan> CompilePlan(std::shared_ptr<Runtime> runtime,
                                 std::shared_ptr<const Model> model,
                                 absl::Span<const std::vector<TensorView>> signatures,
                                 const std::function<void(size_t)>& progress) {
  SessionOptions options;
  options.policy = NewPlanningPolicy();
  Plan plan;
  plan.backend_order = BackendOrder(runtime->backends());
  plan.fingerprint = MachineFingerprint(runtime->backends());
  plan.passes = options.policy->passes();
  plan.threads = runtime->thread_pool().thread_count();
  KAIROS_ASSIGN_OR_RETURN(std::unique_ptr<Session> session,
                          Session::Make(runtime, std::move(model), std::move(options)));
  for (size_t i = 0; i < signatures.size(); ++i) {
    if (progress) progress(i);
    KAIROS_ASSIGN_OR_RETURN(ProgramRecord record, session->Record(signatures[i]));
    plan.programs.push_back(std::move(record));
  }
  return plan;
}

std::vector<Plan> PlansWith(const Model& model, Plan plan) {
  std::vector<Plan> plans;
  for (const Plan& old : model.plans()) {
    const bool same = old.threads == plan.threads && old.backend_order == plan.backend_order &&
                      old.fingerprint == plan.fingerprint;
    if (!same) plans.push_back(old);
  }
  plans.push_back(std::move(plan));
  return plans;
}

}  // namespace kairos

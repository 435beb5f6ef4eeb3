#include "kairos/compiler.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "executor/io_check.h"
#include "kairos/session.h"
#include "policy/fingerprint.h"

namespace kairos {

absl::StatusOr<Plan> CompilePlan(std::shared_ptr<Runtime> runtime,
                                 std::shared_ptr<const Model> model,
                                 absl::Span<const std::vector<TensorView>> signatures,
                                 const std::function<void(size_t)>& progress,
                                 std::shared_ptr<const Policy> policy) {
  std::vector<std::vector<AnyValue>> values;
  for (const std::vector<TensorView>& views : signatures) {
    KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> borrowed, BorrowInputs(model->graph(), views));
    values.push_back(std::move(borrowed));
  }
  return CompilePlanForValues(std::move(runtime), std::move(model), values, progress,
                              std::move(policy));
}

absl::StatusOr<Plan> CompilePlanForValues(std::shared_ptr<Runtime> runtime,
                                          std::shared_ptr<const Model> model,
                                          absl::Span<const std::vector<AnyValue>> signatures,
                                          const std::function<void(size_t)>& progress,
                                          std::shared_ptr<const Policy> policy) {
  SessionOptions options;
  options.policy = policy != nullptr ? std::move(policy) : NewPlanningPolicy();
  Plan plan;
  plan.backend_order = BackendOrder(runtime->backends());
  plan.fingerprint = MachineFingerprint(runtime->backends());
  plan.passes = options.policy->passes();
  plan.threads = runtime->thread_pool().thread_count();
  KAIROS_ASSIGN_OR_RETURN(std::unique_ptr<Session> session,
                          Session::Make(runtime, std::move(model), std::move(options)));
  for (size_t i = 0; i < signatures.size(); ++i) {
    if (progress) progress(i);
    KAIROS_ASSIGN_OR_RETURN(std::vector<ProgramRecord> records, session->RecordAll(signatures[i]));
    for (ProgramRecord& record : records) {
      // Parts of the model that entries have in common are recorded once.
      const bool known =
          std::any_of(plan.programs.begin(), plan.programs.end(), [&](const ProgramRecord& other) {
            return !other.signature.region.empty() && other.signature == record.signature;
          });
      if (!known) plan.programs.push_back(std::move(record));
    }
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

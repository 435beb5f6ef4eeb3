#include "kairos/compiler.h"

#include <algorithm>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/io_check.h"
#include "kairos/session.h"
#include "policy/fingerprint.h"
#include "policy/related.h"

namespace kairos {

namespace {

EntryReport Since(const SessionStats& before, const SessionStats& after,
                  absl::Span<const ProgramRecord> records) {
  EntryReport report;
  for (const ProgramRecord& record : records) {
    report.steps += static_cast<int64_t>(record.steps.size());
  }
  report.reused = after.plan_hits - before.plan_hits;
  report.compiled = after.compiles - before.compiles;
  return report;
}

// `record` makes the Programs of an entry, by its index.
absl::StatusOr<Plan> CompileEntries(
    std::shared_ptr<Runtime> runtime, std::shared_ptr<const Model> model, size_t count,
    const CompileOptions& options,
    absl::FunctionRef<absl::StatusOr<std::vector<ProgramRecord>>(Session&, size_t)> record) {
  SessionOptions session_options;
  session_options.policy =
      Reusing({options.from, options.only_reuse},
              options.policy == nullptr ? NewPlanningPolicy() : options.policy);
  session_options.deterministic = options.deterministic;
  session_options.winograd = options.winograd;
  session_options.working_set_bytes = options.working_set_bytes;
  Plan plan;
  plan.backend_order = BackendOrder(runtime->backends());
  plan.fingerprint = MachineFingerprint(runtime->backends());
  plan.passes = session_options.policy->passes();
  plan.threads = runtime->thread_pool().thread_count();
  KAIROS_ASSIGN_OR_RETURN(std::unique_ptr<Session> session,
                          Session::Make(runtime, std::move(model), std::move(session_options)));
  for (size_t i = 0; i < count; ++i) {
    if (options.progress) options.progress(i);
    const SessionStats before = session->stats();
    KAIROS_ASSIGN_OR_RETURN(std::vector<ProgramRecord> records, record(*session, i));
    if (options.done) options.done(i, Since(before, session->stats(), records));
    for (ProgramRecord& made : records) {
      // Parts of the model that entries have in common are recorded once.
      const bool known =
          std::any_of(plan.programs.begin(), plan.programs.end(), [&](const ProgramRecord& other) {
            return !other.signature.region.empty() && other.signature == made.signature;
          });
      if (!known) plan.programs.push_back(std::move(made));
    }
  }
  return plan;
}

}  // namespace

absl::StatusOr<Plan> CompilePlan(std::shared_ptr<Runtime> runtime,
                                 std::shared_ptr<const Model> model,
                                 absl::Span<const std::vector<TensorView>> signatures,
                                 const CompileOptions& options) {
  std::vector<std::vector<AnyValue>> values;
  for (const std::vector<TensorView>& views : signatures) {
    KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> borrowed, BorrowInputs(model->graph(), views));
    values.push_back(std::move(borrowed));
  }
  return CompilePlanForValues(std::move(runtime), std::move(model), values, options);
}

absl::StatusOr<Plan> CompilePlanForValues(std::shared_ptr<Runtime> runtime,
                                          std::shared_ptr<const Model> model,
                                          absl::Span<const std::vector<AnyValue>> signatures,
                                          const CompileOptions& options) {
  return CompileEntries(
      std::move(runtime), std::move(model), signatures.size(), options,
      [&](Session& session, size_t i) { return session.RecordAll(signatures[i]); });
}

absl::StatusOr<Plan> CompilePlanForSignatures(std::shared_ptr<Runtime> runtime,
                                              std::shared_ptr<const Model> model,
                                              absl::Span<const Signature> signatures,
                                              const CompileOptions& options) {
  return CompileEntries(
      std::move(runtime), std::move(model), signatures.size(), options,
      [&](Session& session, size_t i) -> absl::StatusOr<std::vector<ProgramRecord>> {
        absl::StatusOr<ProgramRecord> record = session.RecordSignature(signatures[i]);
        if (!record.ok()) return Annotate(absl::StrCat("entry ", i), record.status());
        std::vector<ProgramRecord> records;
        records.push_back(*std::move(record));
        return records;
      });
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

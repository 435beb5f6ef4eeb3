#include "rtconvert/refit.h"

#include <cstdio>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/status_context.h"
#include "kairos/compiler.h"
#include "kairos/policies.h"
#include "kairos/runtime.h"

namespace kairos {
namespace {

// As the one that the plan was made in, as far as this machine allows.
absl::StatusOr<std::shared_ptr<Runtime>> RuntimeFor(const Plan& plan) {
  RuntimeOptions options;
  options.threads = plan.threads;
  // One that has all backends has one more than the reference backend, or several.
  if (plan.backend_order == "reference") options.backend = plan.backend_order;
  return Runtime::Make(std::move(options));
}

// Empty: it applies.
std::string WhyNot(const Plan& plan, const Model& model, Runtime& runtime) {
  const PlanCheck check = CheckPlan(plan, {&model, runtime.backends(), &runtime.kernel_cache(),
                                           runtime.thread_pool().thread_count()});
  if (check.verdict == PlanCheck::Verdict::kOk) return "";
  return absl::StrCat("plan field ", check.field, ": got ", check.have, ", expected ", check.want);
}

absl::Status RefitPlan(const Plan& plan, const std::shared_ptr<const Model>& old,
                       const std::shared_ptr<const Model>& refit, Refitted* refitted) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = RuntimeFor(plan);
  const std::string why_not =
      runtime.ok() ? WhyNot(plan, *old, **runtime) : std::string(runtime.status().message());
  if (!why_not.empty()) {
    refitted->left_out.push_back(why_not);
    return absl::OkStatus();
  }
  std::vector<Signature> signatures;
  for (const ProgramRecord& program : plan.programs) signatures.push_back(program.signature);
  CompileOptions options;
  options.from = old;
  options.only_reuse = true;
  absl::StatusOr<Plan> made = CompilePlanForSignatures(*runtime, refit, signatures, options);
  if (!made.ok()) return made.status();
  for (const ProgramRecord& program : made->programs) refitted->steps += program.steps.size();
  refitted->entries += signatures.size();
  refitted->plans.push_back(*std::move(made));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Refitted> RefitPlans(std::shared_ptr<const Model> old,
                                    std::shared_ptr<const Model> refit) {
  if (old->plans().empty()) {
    return absl::FailedPreconditionError("model has no plan; add one with rtcompile");
  }
  Refitted refitted;
  for (const Plan& plan : old->plans()) {
    absl::Status status = RefitPlan(plan, old, refit, &refitted);
    if (!status.ok()) return status;
  }
  if (refitted.plans.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("no plan for this machine: ", absl::StrJoin(refitted.left_out, "; ")));
  }
  return refitted;
}

absl::Status RefitModel(const std::string& old_path, Graph graph, const std::string& out_path) {
  absl::StatusOr<std::shared_ptr<const Model>> old = Model::Load(old_path);
  if (!old.ok()) return old.status();
  absl::StatusOr<std::shared_ptr<const Model>> refit = Model::WithWeightsOf(*old, std::move(graph));
  if (!refit.ok()) return WithContext(old_path, refit.status());
  const absl::StatusOr<Refitted> refitted = RefitPlans(*old, *refit);
  if (!refitted.ok()) return WithContext(old_path, refitted.status());
  absl::Status saved = SaveModel((*refit)->graph(), refitted->plans, out_path);
  if (!saved.ok()) return saved;
  for (const std::string& reason : refitted->left_out) {
    std::fprintf(stderr, "rtconvert: %s: a plan is left out: %s\n", old_path.c_str(),
                 reason.c_str());
  }
  std::printf("%s: %zu plans, %zu entries, %zu steps, 0 compiled\n", out_path.c_str(),
              refitted->plans.size(), refitted->entries, refitted->steps);
  return absl::OkStatus();
}

}  // namespace kairos

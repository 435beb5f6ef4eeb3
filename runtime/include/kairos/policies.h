// The built-in execution policies.
#ifndef KAIROS_POLICIES_H_
#define KAIROS_POLICIES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/policy.h"

namespace kairos {

// No passes, plain layouts, a kernel made per call and dropped: for debugging and comparison.
std::shared_ptr<const Policy> NewEagerPolicy();

// Shape-independent passes at load; each operator compiled before its first use and kept. Programs
// come from the Runtime's cache on disk, if it has one, and go there.
std::shared_ptr<const Policy> NewJitPolicy();

struct PlanningOptions {
  // Kernels and packed weights come from this model's plans for this machine where they have the
  // same ones; null: all are made.
  std::shared_ptr<const Model> from;
  // Refuses, with kFailedPrecondition, what `from` lacks.
  bool only_reuse = false;
};
// The policy that plans are made under: everything specialised, as a plan will load it.
std::shared_ptr<const Policy> NewPlanningPolicy(const PlanningOptions& options = {});

enum class OnPlanMismatch { kFallback, kError };
struct AotOptions {
  // kFallback compiles what the plan lacks, node by node, with a reason; kError refuses it. Taps
  // keep values out of fusion, so a session with taps compiles the steps around them under either,
  // as fallbacks with a reason; the plan must still have an entry for the signature under kError.
  OnPlanMismatch on_mismatch = OnPlanMismatch::kFallback;
};
// Everything from a plan in the model file (see rtcompile). A model with new weights (see
// Model::WithWeights) runs the kernels of the plans of the one that it was made from.
std::shared_ptr<const Policy> NewAotPolicy(const AotOptions& options = {});

// The plan where one applies, else as NewJitPolicy().
std::shared_ptr<const Policy> NewAutoPolicy();

// What is made soonest among what runs well: all passes and layouts, but no copy of a large weight
// in a kernel's own layout, which is most of a first run and pays only when there are many. Kernels
// are kept. Meant for the runs until another policy's Programs are there.
std::shared_ptr<const Policy> NewProvisionalPolicy();

struct TieredOptions {
  std::shared_ptr<const Policy> first;  // null: NewProvisionalPolicy()
  std::shared_ptr<const Policy> then;   // null: NewAutoPolicy()
  // Of a signature, before `then` makes its Program: what comes once costs nothing more.
  int64_t runs = 2;
};
// `then`, but no run waits for it: a new signature that it has nothing ready for runs under `first`
// at once, while the Program of `then` is made in the background. Results of the two differ as
// rounding does; SessionOptions::deterministic makes each run wait for `then`. Where runs follow
// each other without a pause, those under `first` are preceded by one of a quarter of their time,
// so that the background gets something done.
std::shared_ptr<const Policy> NewTieredPolicy(TieredOptions options = {});

// The built-in policies with their default options, simplest first: "eager", "jit", "aot",
// "tiered", "auto".
absl::Span<const absl::string_view> PolicyNames();
// One of PolicyNames(); kInvalidArgument lists them.
absl::StatusOr<std::shared_ptr<const Policy>> PolicyByName(absl::string_view name);

// How a plan fits this machine. Touches no device and makes no kernel.
struct PlanCheck {
  enum class Verdict { kOk, kDegraded, kIncompatible };
  Verdict verdict = Verdict::kOk;
  std::string field, have, want;  // first differing field: this machine's and the plan's value
};
PlanCheck CheckPlan(const Plan& plan, const PolicyContext& context);
// The same for one Program of the plan. Facts about backends that none of its kernels comes from do
// not matter to it, and one whose kernels come from a backend that is not here is degraded.
PlanCheck CheckEntry(const Plan& plan, const ProgramRecord& entry, const PolicyContext& context);

// `policy` without these of its passes (see AllPasses()): for finding out what one is worth, or
// which one is at fault. Neither plans nor the cache on disk are used: what they have was made with
// all passes.
std::shared_ptr<const Policy> WithoutPasses(std::shared_ptr<const Policy> policy,
                                            std::vector<std::string> names);

}  // namespace kairos

#endif  // KAIROS_POLICIES_H_

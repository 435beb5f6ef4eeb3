// The ahead-of-time compiler: optimise, specialise everything, save.
#ifndef KAIROS_COMPILER_H_
#define KAIROS_COMPILER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/any_value.h"
#include "kairos/model.h"
#include "kairos/runtime.h"
#include "kairos/tensor.h"

namespace kairos {

class Policy;  // policy.h

// How the kernels of one entry came about.
struct EntryReport {
  int64_t steps = 0;
  int64_t reused = 0;    // steps whose kernel comes from CompileOptions::from
  int64_t compiled = 0;  // kernels made; further steps share one that was made before
};

struct CompileOptions {
  std::function<void(size_t)> progress;                  // called before each entry with its index
  std::function<void(size_t, const EntryReport&)> done;  // called behind it
  // Chooses and makes kernels; null: NewPlanningPolicy(). See tuning.h for one that measures them.
  std::shared_ptr<const Policy> policy;
  // As PlanningOptions.
  std::shared_ptr<const Model> from;
  bool only_reuse = false;
  // As SessionOptions; a session that runs the plan has the same.
  bool deterministic = false, winograd = true;
  uint64_t working_set_bytes = 0;
};

// A plan for this machine with one Program per entry of `signatures`, each a full set of inputs in
// the model's order. Only shapes matter, and the bytes of inputs that decide shapes.
absl::StatusOr<Plan> CompilePlan(std::shared_ptr<Runtime> runtime,
                                 std::shared_ptr<const Model> model,
                                 absl::Span<const std::vector<TensorView>> signatures,
                                 const CompileOptions& options = {});
// The same for models whose inputs are not all tensors. A model that runs in parts (see Session) is
// run on each entry, and the plan has the Programs that these runs come to: then values matter.
absl::StatusOr<Plan> CompilePlanForValues(std::shared_ptr<Runtime> runtime,
                                          std::shared_ptr<const Model> model,
                                          absl::Span<const std::vector<AnyValue>> signatures,
                                          const CompileOptions& options = {});
// With a Program for each signature, which may come from a file; see Session::RecordSignature.
absl::StatusOr<Plan> CompilePlanForSignatures(std::shared_ptr<Runtime> runtime,
                                              std::shared_ptr<const Model> model,
                                              absl::Span<const Signature> signatures,
                                              const CompileOptions& options = {});

// The plans of `model` with `plan` added; one made for the same machine, library and thread count
// is replaced.
std::vector<Plan> PlansWith(const Model& model, Plan plan);

}  // namespace kairos

#endif  // KAIROS_COMPILER_H_

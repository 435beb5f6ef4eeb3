// The ahead-of-time compiler: optimise, specialise everything, save.
#ifndef KAIROS_COMPILER_H_
#define KAIROS_COMPILER_H_

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

// A plan for this machine with one Program per entry of `signatures`, each a full set of inputs in
// the model's order. Only shapes matter, and the bytes of inputs that decide shapes. `progress`
// (may be empty) is called before each entry with its index. `policy` chooses the kernels; null:
// NewPlanningPolicy(). See tuning.h for one that measures them.
absl::StatusOr<Plan> CompilePlan(std::shared_ptr<Runtime> runtime,
                                 std::shared_ptr<const Model> model,
                                 absl::Span<const std::vector<TensorView>> signatures,
                                 const std::function<void(size_t)>& progress = {},
                                 std::shared_ptr<const Policy> policy = nullptr);
// The same for models whose inputs are not all tensors. A model that runs in parts (see Session) is
// run on each entry, and the plan has the Programs that these runs come to: then values matter.
absl::StatusOr<Plan> CompilePlanForValues(std::shared_ptr<Runtime> runtime,
                                          std::shared_ptr<const Model> model,
                                          absl::Span<const std::vector<AnyValue>> signatures,
                                          const std::function<void(size_t)>& progress = {},
                                          std::shared_ptr<const Policy> policy = nullptr);

// The plans of `model` with `plan` added; one made for the same machine, library and thread count
// is replaced.
std::vector<Plan> PlansWith(const Model& model, Plan plan);

}  // namespace kairos

#endif  // KAIROS_COMPILER_H_

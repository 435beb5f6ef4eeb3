// The plans of one model that serve another.
#ifndef KAIROS_RUNTIME_POLICY_RELATED_H_
#define KAIROS_RUNTIME_POLICY_RELATED_H_

#include <memory>

#include "kairos/policies.h"
#include "kairos/policy.h"

namespace kairos {

// Those of `model` (may be null) that CheckPlan finds to be no worse than `worst`.
RelatedPlans PlansThatApply(std::shared_ptr<const Model> model, const PolicyContext& context,
                            PlanCheck::Verdict worst);

// `policy`, but for what `options` says; `policy` itself when there is nothing to reuse.
std::shared_ptr<const Policy> Reusing(const PlanningOptions& options,
                                      std::shared_ptr<const Policy> policy);

// Why a step that no related plan has gets no kernel. Fused steps are split then: their parts may
// be there.
absl::Status NotInPlan(const KernelRequest& request, absl::string_view message);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_POLICY_RELATED_H_

// Lazy specialisation through the Runtime's cache, shared by the policies that compile on demand.
#ifndef KAIROS_RUNTIME_POLICY_LAZY_H_
#define KAIROS_RUNTIME_POLICY_LAZY_H_

#include "kairos/policy.h"

namespace kairos {

// The kernel of `request` from the cache, compiled there when absent.
absl::StatusOr<ResolvedKernel> SpecializeThroughCache(const PolicyContext& context,
                                                      Backend& backend,
                                                      const KernelRequest& request);

// The kernel that `frozen` describes, thawed once and kept in the cache.
absl::StatusOr<ResolvedKernel> ThawThroughCache(const PolicyContext& context, Backend& backend,
                                                const KernelRequest& request,
                                                const StepRecord& frozen);

// All passes, by name.
std::vector<std::string> AllPassNames();

}  // namespace kairos

#endif  // KAIROS_RUNTIME_POLICY_LAZY_H_

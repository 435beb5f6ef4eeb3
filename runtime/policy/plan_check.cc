#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "kairos/policies.h"
#include "policy/fingerprint.h"

namespace kairos {

std::string BackendOrder(absl::Span<Backend* const> backends) {
  return absl::StrJoin(backends, ",", [](std::string* out, const Backend* backend) {
    absl::StrAppend(out, backend->name());
  });
}

Fingerprint MachineFingerprint(absl::Span<Backend* const> backends) {
  Fingerprint all;
  for (const Backend* backend : backends) {
    for (auto& [field, value] : backend->fingerprint()) {
      all.emplace_back(absl::StrCat(backend->name(), ".", field), value);
    }
  }
  return all;
}

PlanCheck CheckPlan(const Plan& plan, const PolicyContext& context) {
  using Verdict = PlanCheck::Verdict;
  const std::string order = BackendOrder(context.backends);
  if (plan.backend_order != order) {
    return {Verdict::kIncompatible, "backends", order, plan.backend_order};
  }
  if (plan.threads != context.threads) {
    return {Verdict::kDegraded, "threads", absl::StrCat(context.threads),
            absl::StrCat(plan.threads)};
  }
  const Fingerprint machine = MachineFingerprint(context.backends);
  for (const auto& wanted : plan.fingerprint) {
    auto it = std::find_if(machine.begin(), machine.end(),
                           [&](const auto& entry) { return entry.first == wanted.first; });
    const std::string have = it == machine.end() ? "absent" : it->second;
    if (have != wanted.second) return {Verdict::kDegraded, wanted.first, have, wanted.second};
  }
  if (machine.size() != plan.fingerprint.size()) {
    return {Verdict::kDegraded, "fingerprint fields", absl::StrCat(machine.size()),
            absl::StrCat(plan.fingerprint.size())};
  }
  return {};
}

}  // namespace kairos

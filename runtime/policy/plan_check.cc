#include <algorithm>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"

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

namespace {

using Verdict = PlanCheck::Verdict;

// The backend that a field of a fingerprint is about.
absl::string_view BackendOf(const std::pair<std::string, std::string>& field) {
  const absl::string_view name = field.first;
  return name.substr(0, name.find('.'));
}

// `matters`: whether facts about a backend do.
PlanCheck Compare(const Plan& plan, int32_t threads, const PolicyContext& context,
                  absl::FunctionRef<bool(absl::string_view backend)> matters) {
  const std::string order = BackendOrder(context.backends);
  if (plan.backend_order != order) {
    return {Verdict::kIncompatible, "backends", order, plan.backend_order};
  }
  if (threads != context.threads) {
    return {Verdict::kDegraded, "threads", absl::StrCat(context.threads), absl::StrCat(threads)};
  }
  const Fingerprint machine = MachineFingerprint(context.backends);
  for (const auto& wanted : plan.fingerprint) {
    if (!matters(BackendOf(wanted))) continue;
    auto it = std::find_if(machine.begin(), machine.end(),
                           [&](const auto& entry) { return entry.first == wanted.first; });
    const std::string have = it == machine.end() ? "absent" : it->second;
    if (have != wanted.second) return {Verdict::kDegraded, wanted.first, have, wanted.second};
  }
  const auto count = [&](const Fingerprint& fields) {
    return std::count_if(fields.begin(), fields.end(),
                         [&](const auto& field) { return matters(BackendOf(field)); });
  };
  if (count(machine) != count(plan.fingerprint)) {
    return {Verdict::kDegraded, "fingerprint fields", absl::StrCat(count(machine)),
            absl::StrCat(count(plan.fingerprint))};
  }
  return {};
}

}  // namespace

PlanCheck CheckPlan(const Plan& plan, const PolicyContext& context) {
  return Compare(plan, plan.threads, context, [](absl::string_view) { return true; });
}

PlanCheck CheckEntry(const Plan& plan, const ProgramRecord& entry, const PolicyContext& context) {
  const PlanCheck check = Compare(plan, entry.threads, context, [&](absl::string_view backend) {
    return std::any_of(entry.steps.begin(), entry.steps.end(),
                       [&](const StepRecord& step) { return step.backend == backend; });
  });
  if (check.verdict != Verdict::kOk) return check;
  for (const StepRecord& step : entry.steps) {
    const bool here =
        std::any_of(context.backends.begin(), context.backends.end(),
                    [&](const Backend* backend) { return backend->name() == step.backend; });
    if (here) continue;
    return {Verdict::kDegraded, absl::StrCat("backend of node '", step.node.name, "'"),
            BackendOrder(context.backends), step.backend};
  }
  return {};
}

}  // namespace kairos

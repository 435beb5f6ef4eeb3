#include "rtinspect/plan_checks.h"

#include <cstdio>
#include <string>
#include <vector>

#include "kairos/policies.h"

namespace kairos {
namespace {

using nlohmann::json;

const char* VerdictName(PlanCheck::Verdict verdict) {
  switch (verdict) {
    case PlanCheck::Verdict::kOk:
      return "ok";
    case PlanCheck::Verdict::kDegraded:
      return "degraded";
    case PlanCheck::Verdict::kIncompatible:
      return "incompatible";
  }
  return "unknown";
}

json Describe(const PlanCheck& check) {
  json row = {{"verdict", VerdictName(check.verdict)}};
  if (check.verdict != PlanCheck::Verdict::kOk) {
    row.update({{"field", check.field}, {"have", check.have}, {"want", check.want}});
  }
  return row;
}

void PrintCheck(const json& check) {
  std::printf("%s", check["verdict"].get<std::string>().c_str());
  if (check.contains("field")) {
    std::printf(": %s is %s here, %s in the plan", check["field"].get<std::string>().c_str(),
                check["have"].get<std::string>().c_str(), check["want"].get<std::string>().c_str());
  }
  std::printf("\n");
}

}  // namespace

json CheckPlans(const Model& model, Runtime& runtime) {
  const PolicyContext context{&model, runtime.backends(), &runtime.kernel_cache(),
                              runtime.thread_pool().thread_count()};
  const std::vector<std::string> names = model.input_names(), no_names;
  json checks = json::array();
  for (const Plan& plan : model.plans()) {
    json row = Describe(CheckPlan(plan, context));
    row["entries"] = json::array();
    for (const ProgramRecord& entry : plan.programs) {
      const bool is_part = !entry.signature.region.empty();
      json of_entry = Describe(CheckEntry(plan, entry, context));
      of_entry["signature"] = entry.signature.ToString(is_part ? no_names : names);
      of_entry["region"] = entry.signature.region;
      row["entries"].push_back(std::move(of_entry));
    }
    checks.push_back(std::move(row));
  }
  return checks;
}

void PrintPlanChecks(const json& checks) {
  for (size_t i = 0; i < checks.size(); ++i) {
    std::printf("\nplan %zu: ", i);
    PrintCheck(checks[i]);
    for (const json& entry : checks[i]["entries"]) {
      std::printf("  entry %s: ", entry["signature"].get<std::string>().c_str());
      PrintCheck(entry);
    }
  }
}

}  // namespace kairos

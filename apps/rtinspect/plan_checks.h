// How the plans of a model fit this machine, entry by entry.
#ifndef KAIROS_APPS_RTINSPECT_PLAN_CHECKS_H_
#define KAIROS_APPS_RTINSPECT_PLAN_CHECKS_H_

#include <nlohmann/json.hpp>

#include "kairos/model.h"
#include "kairos/runtime.h"

namespace kairos {

// One object for each plan: "verdict", and unless that is "ok" the "field" that differs, what we
// "have" and what the plan would "want". "entries" has the same of each of its Programs.
nlohmann::json CheckPlans(const Model& model, Runtime& runtime);
void PrintPlanChecks(const nlohmann::json& checks);

}  // namespace kairos

#endif  // KAIROS_APPS_RTINSPECT_PLAN_CHECKS_H_

// Turns what a session ran into a plan.
#ifndef KAIROS_RUNTIME_EXECUTOR_BAKE_H_
#define KAIROS_RUNTIME_EXECUTOR_BAKE_H_

#include <string>

#include "absl/status/status.h"

#include "executor/engine.h"

namespace kairos {

// As Session::SavePlan.
absl::Status Bake(const Engine& engine, const std::string& path);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_BAKE_H_

#include "executor/bake.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "kairos/compiler.h"

namespace kairos {

absl::Status Bake(const Engine& engine, const std::string& path) {
  RunLog log = engine.run_log();
  std::vector<Signature> signatures;
  for (RunLogEntry& entry : log.entries) signatures.push_back(std::move(entry.signature));
  if (signatures.empty()) {
    return absl::FailedPreconditionError("plan: nothing has run, expected one signature or more");
  }
  const std::shared_ptr<const Model> model = engine.shared_model();
  CompileOptions options;
  options.from = model->refit_of() != nullptr ? model->refit_of() : model;
  options.deterministic = engine.options().deterministic;
  options.winograd = engine.options().winograd;
  options.working_set_bytes = engine.options().working_set_bytes;
  KAIROS_ASSIGN_OR_RETURN(
      Plan plan, CompilePlanForSignatures(engine.shared_runtime(), model, signatures, options));
  return SaveModel(model->graph(), PlansWith(*model, std::move(plan)), path);
}

}  // namespace kairos

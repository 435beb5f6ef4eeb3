// Models with a plan, as a program meets them: loaded from a file.
#ifndef KAIROS_TESTS_SUPPORT_PLANNED_MODEL_H_
#define KAIROS_TESTS_SUPPORT_PLANNED_MODEL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/types/span.h"

#include "kairos/compiler.h"
#include "kairos/model.h"
#include "support/run_graph.h"
#include "support/temp_dir.h"

namespace kairos::testing {

// The model with a plan for these signatures. The file is gone by now, its mapping is not.
inline std::shared_ptr<const Model> WithPlan(std::shared_ptr<Runtime> runtime,
                                             const std::shared_ptr<const Model>& model,
                                             absl::Span<const std::vector<TensorView>> signatures) {
  const TempDir directory;
  const std::string path = directory.File("planned.kai");
  Plan plan = Unwrap(CompilePlan(std::move(runtime), model, signatures));
  Require(SaveModel(model->graph(), PlansWith(*model, std::move(plan)), path));
  return Unwrap(Model::Load(path));
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_PLANNED_MODEL_H_

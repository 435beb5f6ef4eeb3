// What the passes of a policy do to a model's graph.
#ifndef KAIROS_APPS_RTINSPECT_PASSES_H_
#define KAIROS_APPS_RTINSPECT_PASSES_H_

#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "common/engine.h"
#include "common/shape_arg.h"
#include "kairos/model.h"
#include "kairos/runtime.h"

namespace kairos {

// "before" and "after": the nodes, a line each; "passes": each that ran, with its number of
// changes; "changes": each with its "pass" and "what" it is; "shaped": whether passes that need
// shapes ran, for which the shapes of all inputs must be known.
absl::StatusOr<nlohmann::json> DescribePasses(const EngineOptions& options, Runtime& runtime,
                                              const Model& model,
                                              const std::vector<NamedShape>& shapes);
void PrintPasses(const nlohmann::json& description);

}  // namespace kairos

#endif  // KAIROS_APPS_RTINSPECT_PASSES_H_

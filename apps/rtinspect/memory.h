// The memory that runs of a model take, foreseen.
#ifndef KAIROS_APPS_RTINSPECT_MEMORY_H_
#define KAIROS_APPS_RTINSPECT_MEMORY_H_

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "common/engine.h"
#include "common/shape_arg.h"
#include "kairos/model.h"
#include "kairos/runtime.h"

namespace kairos {

// A row for each of `shapes`, or one for the declared shapes: the fields of MemoryPlan, "shapes"
// and "total_bytes".
absl::StatusOr<nlohmann::json> DescribeMemory(const EngineOptions& options,
                                              std::shared_ptr<Runtime> runtime,
                                              std::shared_ptr<const Model> model,
                                              std::vector<std::vector<NamedShape>> shapes);
void PrintMemory(const nlohmann::json& rows);

}  // namespace kairos

#endif  // KAIROS_APPS_RTINSPECT_MEMORY_H_

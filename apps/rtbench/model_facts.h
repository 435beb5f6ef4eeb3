// What a model asks for, whoever runs it: arithmetic, memory traffic, bytes on disk.
#ifndef KAIROS_APPS_RTBENCH_MODEL_FACTS_H_
#define KAIROS_APPS_RTBENCH_MODEL_FACTS_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "common/shape_arg.h"
#include "kairos/model.h"
#include "kairos/program_record.h"
#include "rtbench/request.h"

namespace kairos {

struct Work {
  double flop = 0;  // as FlopOf()
  // Every operand of every step read or written once.
  double traffic_bytes = 0;
};
Work WorkOf(const ProgramRecord& record);

// Of distinct constants.
double WeightsMb(const Model& model);
// {"graph_mb", "weights_mb", "plan_mb"} of the file it was loaded from.
nlohmann::json FileSizes(const Model& model);
// Of all files in a folder; 0 when there is none.
double FolderMb(const std::string& path);

// The inputs' shapes with one free dimension grown: the last free one of the first input that has
// one, and all others of that name. Nothing when every dimension is fixed.
std::optional<std::vector<NamedShape>> UnseenShapes(const Model& model,
                                                    const std::vector<NamedShape>& shapes);

// The dimensions that churn together, as (input, axis): the one that is named, and all others of
// its name. kInvalidArgument: no such input or axis.
using ChurnDims = std::vector<std::pair<std::string, int>>;
absl::StatusOr<ChurnDims> FindChurnDims(const Model& model, const Churn& churn);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_MODEL_FACTS_H_

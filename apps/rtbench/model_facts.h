// What a model asks for, whoever runs it: arithmetic, memory traffic, bytes on disk.
#ifndef KAIROS_APPS_RTBENCH_MODEL_FACTS_H_
#define KAIROS_APPS_RTBENCH_MODEL_FACTS_H_

#include <optional>
#include <vector>

#include <nlohmann/json.hpp>

#include "common/shape_arg.h"
#include "kairos/model.h"
#include "kairos/program_record.h"

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

// The inputs' shapes with one free dimension grown: the last free one of the first input that has
// one, and all others of that name. Nothing when every dimension is fixed.
std::optional<std::vector<NamedShape>> UnseenShapes(const Model& model,
                                                    const std::vector<NamedShape>& shapes);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_MODEL_FACTS_H_

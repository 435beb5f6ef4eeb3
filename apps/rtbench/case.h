// The combinations that rtbench measures: model x policy x shapes x threads.
#ifndef KAIROS_APPS_RTBENCH_CASE_H_
#define KAIROS_APPS_RTBENCH_CASE_H_

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "rtbench/options.h"

namespace kairos {

struct Case {
  SampleRequest request;
  bool is_peer = false;
  std::vector<nlohmann::json> cold, steady;  // one each per process
  nlohmann::json churn, sessions, parity;    // null: not measured
  std::string error;                         // of the first measurement that failed

  // Rows of one group are compared with each other.
  bool SameGroup(const Case& other) const;
};

// Policies innermost, so that they take turns. `directory` is for the outputs of each case.
std::vector<Case> MakeCases(const Options& options, const std::string& directory);

// The shapes with dimension 0 set to `batch` where it is free in the model or given here.
absl::StatusOr<std::vector<NamedShape>> WithBatch(const std::string& model,
                                                  std::vector<NamedShape> shapes, int64_t batch);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_CASE_H_

// rtconvert --refit: new weights for a model that has plans.
#ifndef KAIROS_APPS_RTCONVERT_REFIT_H_
#define KAIROS_APPS_RTCONVERT_REFIT_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/model.h"

namespace kairos {

struct Refitted {
  std::vector<Plan> plans;
  size_t entries = 0, steps = 0;
  std::vector<std::string> left_out;  // plans that cannot be made here, with the reason
};

// The plans of `old` for `refit`, which is made from it by Model::WithWeightsOf: weights are packed
// anew, no kernel is compiled. kFailedPrecondition: no plan applies to this machine, or a weight
// became part of a kernel that no plan has.
absl::StatusOr<Refitted> RefitPlans(std::shared_ptr<const Model> old,
                                    std::shared_ptr<const Model> refit);

// Reads both files and writes the third.
absl::Status RefitModel(const std::string& old_path, Graph graph, const std::string& out_path);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_REFIT_H_

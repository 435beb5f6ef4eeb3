// Finds the node that makes two runs differ, by exchanging kernels.
#ifndef KAIROS_APPS_RTDIFF_BISECT_H_
#define KAIROS_APPS_RTDIFF_BISECT_H_

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/model.h"
#include "kairos/policy.h"
#include "kairos/runtime.h"
#include "kairos/session.h"
#include "kairos/tensor.h"

namespace kairos {

// One of the two runs that are compared.
struct Side {
  std::shared_ptr<Runtime> runtime;
  std::shared_ptr<const Model> model;
  std::shared_ptr<const Policy> policy;
};

// The policy `inner` for the nodes of these names; the last backend's (the reference) kernels for
// all others. Passes, layouts and plans stay as `inner` has them.
std::shared_ptr<const Policy> NewMixedPolicy(std::shared_ptr<const Policy> inner,
                                             std::set<std::string> own_nodes);

struct Culprit {
  // The first step, in order of execution, whose own kernel puts the outputs over. Empty when they
  // are over with reference kernels everywhere: then it is a pass, or the plan's structure.
  std::string node, op, kernel, fused;
  int probes = 0;
};

// `is_bad` judges outputs; it holds for those of `suspect`, and is taken to hold for every longer
// prefix of its steps once it holds for one.
absl::StatusOr<Culprit> FindCulprit(const Side& suspect, absl::Span<const TensorView> inputs,
                                    const std::function<bool(const std::vector<Tensor>&)>& is_bad);

}  // namespace kairos

#endif  // KAIROS_APPS_RTDIFF_BISECT_H_

// Whether two runs compute the same: outputs, every intermediate value, and who is to blame.
#ifndef KAIROS_APPS_RTDIFF_PARITY_H_
#define KAIROS_APPS_RTDIFF_PARITY_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "rtdiff/bisect.h"
#include "rtdiff/tensor_diff.h"

namespace kairos {

struct ParityOptions {
  double tolerance = 1e-3;  // relative to a tensor's largest value
  bool every_value = true;  // compare intermediate values too
};

struct Parity {
  std::vector<TensorDiff> outputs;
  // Named values in the order in which they are computed. Tapping keeps them out of fusion and out
  // of plans, so that they are what these kernels compute, not what a fused run holds.
  std::vector<TensorDiff> values;
  std::string first_over;          // node that computes the first value over tolerance, or empty
  std::optional<Culprit> culprit;  // when an output is over
  bool ok = true;                  // no output and no value is over
};

// Plain loops without passes: what everything is compared with.
absl::StatusOr<Side> ReferenceSide(std::shared_ptr<const Model> model, int threads);

// Both sides run the same inputs. kInvalidArgument when the models' outputs do not match.
absl::StatusOr<Parity> CompareSides(const Side& want, const Side& got,
                                    absl::Span<const TensorView> inputs,
                                    const ParityOptions& options);

nlohmann::json ToJson(const Parity& parity);
// "first over: node 'conv1' ...", or that all is within tolerance.
std::string Verdict(const Parity& parity);

}  // namespace kairos

#endif  // KAIROS_APPS_RTDIFF_PARITY_H_

// What a policy computes, against plain loops.
#include "common/inputs.h"
#include "rtbench/sample.h"
#include "rtdiff/parity.h"

namespace kairos {

absl::StatusOr<nlohmann::json> TakeParity(const SampleRequest& request, const Subject& subject) {
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = subject.make_runtime();
  if (!runtime.ok()) return runtime.status();
  absl::StatusOr<std::shared_ptr<const Model>> model = subject.load_model();
  if (!model.ok()) return model.status();
  absl::StatusOr<std::shared_ptr<const Policy>> policy = subject.make_policy();
  if (!policy.ok()) return policy.status();
  const absl::StatusOr<std::vector<NamedFile>> files = ParseNamedFiles(request.inputs);
  if (!files.ok()) return files.status();
  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(**model, request.shapes, *files);
  if (!inputs.ok()) return inputs.status();
  absl::StatusOr<Side> reference = ReferenceSide(*model, request.engine.threads);
  if (!reference.ok()) return reference.status();
  ParityOptions options;
  options.tolerance = request.tolerance;
  absl::StatusOr<Parity> parity =
      CompareSides(*reference, {*runtime, *model, *policy}, Views(*inputs), options);
  if (!parity.ok()) return parity.status();
  return nlohmann::json{{"parity", ToJson(*parity)}};
}

}  // namespace kairos

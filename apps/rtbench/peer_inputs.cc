#include "rtbench/peer_inputs.h"

#include "absl/strings/str_cat.h"

#include "common/inputs.h"
#include "common/npy.h"
#include "rtbench/model_facts.h"

namespace kairos {
namespace {

// `prefix`: of the files.
absl::Status Prepare(const std::string& prefix, bool churns, SampleRequest* request) {
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(request->model);
  if (!model.ok()) return model.status();
  if (churns) {
    absl::StatusOr<ChurnDims> dims = FindChurnDims(**model, request->churn);
    if (!dims.ok()) return dims.status();
    request->churn_dims = *std::move(dims);
  }
  const absl::StatusOr<std::vector<NamedFile>> files = ParseNamedFiles(request->inputs);
  if (!files.ok()) return files.status();
  absl::StatusOr<std::vector<Tensor>> inputs = MakeInputs(**model, request->shapes, *files);
  if (!inputs.ok()) return inputs.status();
  request->inputs.clear();
  const std::vector<std::string> names = (*model)->input_names();
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string path = absl::StrCat(prefix, ".", i, ".npy");
    if (absl::Status s = WriteNpy(path, (*inputs)[i].view()); !s.ok()) return s;
    request->inputs.push_back(absl::StrCat(names[i], "=", path));
  }
  return absl::OkStatus();
}

}  // namespace

void PreparePeers(const std::string& directory, bool churns, std::vector<Case>* cases) {
  for (size_t i = 0; i < cases->size(); ++i) {
    Case& c = (*cases)[i];
    if (!c.is_peer || !c.error.empty()) continue;
    const absl::Status status = Prepare(absl::StrCat(directory, "/", i), churns, &c.request);
    if (!status.ok()) c.error = std::string(status.message());
  }
}

}  // namespace kairos

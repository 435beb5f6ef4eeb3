#include "rtbench/case.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

#include "kairos/model.h"

namespace kairos {
namespace {

// One entry per batch; a single one when none is asked for.
std::vector<Case> Batches(const Options& options, const Case& without) {
  if (options.batches.empty() || options.refused.contains(without.request.model)) return {without};
  std::vector<Case> cases;
  for (int64_t batch : options.batches) {
    Case c = without;
    absl::StatusOr<std::vector<NamedShape>> shapes =
        WithBatch(c.request.model, c.request.shapes, batch);
    if (shapes.ok()) {
      c.request.shapes = *std::move(shapes);
    } else {
      c.error = std::string(shapes.status().message());
    }
    cases.push_back(std::move(c));
  }
  return cases;
}

void AddEngines(const Options& options, const Case& group, const std::string& directory,
                std::vector<Case>* cases) {
  const auto add = [&](const std::string& name, bool is_peer) {
    Case c = group;
    c.request.engine.policy = name;
    c.is_peer = is_peer;
    c.request.outputs_path = absl::StrCat(directory, "/", cases->size());
    if (is_peer && c.request.onnx.empty()) c.error = "no --onnx for this model";
    const auto refused = options.refused.find(c.request.model);
    if (refused != options.refused.end()) c.error = refused->second;
    if (options.repeats == 0) c.error = "nothing measured: 0 repeats";
    cases->push_back(std::move(c));
  };
  for (const std::string& policy : options.policies) add(policy, false);
  for (const std::string& peer : options.peers) add(peer, true);
}

}  // namespace

bool Case::SameGroup(const Case& other) const {
  return request.model == other.request.model &&
         request.engine.threads == other.request.engine.threads &&
         FormatShapeArg(request.shapes) == FormatShapeArg(other.request.shapes);
}

absl::StatusOr<std::vector<NamedShape>> WithBatch(const std::string& path,
                                                  std::vector<NamedShape> shapes, int64_t batch) {
  absl::StatusOr<std::shared_ptr<const Model>> model = Model::Load(path);
  if (!model.ok()) return model.status();
  for (ValueId id : (*model)->graph().inputs) {
    const Value& input = (*model)->graph().value(id);
    auto given = std::find_if(shapes.begin(), shapes.end(),
                              [&](const NamedShape& s) { return s.name == input.name; });
    if (given != shapes.end()) {
      if (!given->shape.empty()) given->shape[0] = batch;
      continue;
    }
    if (!input.dims.has_value() || input.dims->empty() || (*input.dims)[0].size >= 0) continue;
    NamedShape shape{input.name, {batch}};
    for (size_t i = 1; i < input.dims->size(); ++i) {
      if ((*input.dims)[i].size < 0) {
        return absl::InvalidArgumentError(absl::StrCat("input '", input.name, "': dimension ", i,
                                                       " is not fixed; give --shape ", input.name,
                                                       "=..."));
      }
      shape.shape.push_back((*input.dims)[i].size);
    }
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

std::vector<Case> MakeCases(const Options& options, const std::string& directory) {
  std::vector<Case> cases;
  const std::vector<int> threads = options.threads.empty() ? std::vector<int>{0} : options.threads;
  for (size_t m = 0; m < options.models.size(); ++m) {
    for (size_t s = 0; s < std::max<size_t>(options.shapes.size(), 1); ++s) {
      Case group;
      group.request = options.sample;
      group.request.model = options.models[m];
      if (m < options.onnx.size()) group.request.onnx = options.onnx[m];
      if (!options.shapes.empty()) group.request.shapes = options.shapes[s];
      for (Case& with_batch : Batches(options, group)) {
        for (int count : threads) {
          with_batch.request.engine.threads = count;
          AddEngines(options, with_batch, directory, &cases);
        }
      }
    }
  }
  return cases;
}

}  // namespace kairos

// What the sessions of one Model in one Runtime share: prepared graphs and packed weights.
#ifndef KAIROS_RUNTIME_EXECUTOR_SHARED_MODEL_H_
#define KAIROS_RUNTIME_EXECUTOR_SHARED_MODEL_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "executor/prepared_graph.h"
#include "executor/staged_graph.h"
#include "executor/weight_store.h"
#include "kairos/model.h"
#include "kairos/runtime.h"

namespace kairos {

// Thread-safe.
class SharedModel {
 public:
  explicit SharedModel(std::shared_ptr<const Model> model) : model_(std::move(model)) {}

  const Model& model() const { return *model_; }
  WeightStore& weights() { return weights_; }

  // The model's graph after these passes, made once for each combination.
  absl::StatusOr<std::shared_ptr<const PreparedGraph>> Prepared(
      const std::vector<std::string>& passes, const std::vector<std::string>& taps,
      Runtime& runtime);
  // The same cut into stages, for models that do not run as one Program.
  absl::StatusOr<std::shared_ptr<const StagedModel>> Staged(const std::vector<std::string>& passes,
                                                            const std::vector<std::string>& taps,
                                                            Runtime& runtime);

 private:
  const std::shared_ptr<const Model> model_;
  WeightStore weights_;
  std::mutex mutex_;
  using PassesAndTaps = std::pair<std::vector<std::string>, std::vector<std::string>>;
  std::map<PassesAndTaps, std::shared_ptr<const PreparedGraph>> prepared_;
  std::map<PassesAndTaps, std::shared_ptr<const StagedModel>> staged_;
};

// The SharedModel of each live Model; belongs to a Runtime. Thread-safe.
class SharedModels {
 public:
  std::shared_ptr<SharedModel> Get(std::shared_ptr<const Model> model);

 private:
  std::mutex mutex_;
  std::map<const Model*, std::weak_ptr<SharedModel>> models_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_SHARED_MODEL_H_

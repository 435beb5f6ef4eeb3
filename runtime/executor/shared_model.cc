#include "executor/shared_model.h"

#include <utility>

#include "base/status_macros.h"

namespace kairos {

absl::StatusOr<std::shared_ptr<const PreparedGraph>> SharedModel::Prepared(
    const std::vector<std::string>& passes, const std::vector<std::string>& taps,
    Runtime& runtime) {
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const PreparedGraph>& slot = prepared_[{passes, taps}];
  if (slot == nullptr) {
    KAIROS_ASSIGN_OR_RETURN(PreparedGraph made,
                            PrepareGraph(model_->graph(), taps, passes, runtime.backends(),
                                         runtime.thread_pool()));
    slot = std::make_shared<const PreparedGraph>(std::move(made));
  }
  return slot;
}

absl::StatusOr<std::shared_ptr<const StagedModel>> SharedModel::Staged(
    const std::vector<std::string>& passes, const std::vector<std::string>& taps,
    Runtime& runtime) {
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const PreparedGraph> prepared,
                          Prepared(passes, taps, runtime));
  const std::lock_guard lock(mutex_);
  std::shared_ptr<const StagedModel>& slot = staged_[{passes, taps}];
  if (slot == nullptr) slot = std::make_shared<const StagedModel>(CutIntoStages(prepared->graph));
  return slot;
}

std::shared_ptr<SharedModel> SharedModels::Get(std::shared_ptr<const Model> model) {
  const std::lock_guard lock(mutex_);
  std::erase_if(models_, [](const auto& entry) { return entry.second.expired(); });
  std::weak_ptr<SharedModel>& slot = models_[model.get()];
  std::shared_ptr<SharedModel> shared = slot.lock();
  if (shared == nullptr) {
    shared = std::make_shared<SharedModel>(std::move(model));
    slot = shared;
  }
  return shared;
}

}  // namespace kairos

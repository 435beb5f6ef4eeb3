// Runs a model in stages: see staged_graph.h.
#ifndef KAIROS_RUNTIME_EXECUTOR_STAGED_RUN_H_
#define KAIROS_RUNTIME_EXECUTOR_STAGED_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "executor/engine.h"
#include "executor/staged_graph.h"
#include "kairos/any_value.h"

namespace kairos {

// Belongs to a session, as the engine that it runs Programs with. One run at a time.
class StagedRun {
 public:
  StagedRun(Engine& engine, std::shared_ptr<const StagedModel> model);

  // `inputs` as the model's. Outputs may share memory with inputs and weights.
  absl::StatusOr<std::vector<AnyValue>> Run(std::vector<AnyValue> inputs);

  // Of the regions that the last run has come to, each once.
  std::vector<const Program*> LastPrograms() const;
  // The Programs of a region; null if the model has none of this name.
  ProgramSet* SetOf(const std::string& region);
  // From now on every Program that is run is added here, until a null pointer is given.
  void CollectPrograms(std::vector<ProgramRecord>* records) { records_ = records; }

 private:
  absl::StatusOr<std::vector<AnyValue>> RunGraph(const StagedGraph& graph,
                                                 std::vector<AnyValue> inputs);
  absl::StatusOr<std::vector<AnyValue>> RunStage(const StagedGraph::Stage& stage,
                                                 absl::Span<const AnyValue* const> inputs);
  absl::StatusOr<std::vector<AnyValue>> RunRegion(const RegionGraph& region,
                                                  absl::Span<const AnyValue* const> inputs);
  absl::Status Collect(const Program& program);

  Engine& engine_;
  const std::shared_ptr<const StagedModel> model_;
  std::vector<std::unique_ptr<ProgramSet>> sets_;  // as model_->regions
  std::vector<ProgramRecord>* records_ = nullptr;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_STAGED_RUN_H_

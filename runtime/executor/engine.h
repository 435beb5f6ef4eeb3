// Finds, makes and runs the Programs of one session: of the whole model, or of its regions, which
// share memory because one of them runs at a time.
#ifndef KAIROS_RUNTIME_EXECUTOR_ENGINE_H_
#define KAIROS_RUNTIME_EXECUTOR_ENGINE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "base/aligned_buffer.h"
#include "executor/background_programs.h"
#include "executor/bound_program.h"
#include "executor/program_budget.h"
#include "executor/program_table.h"
#include "executor/recording_log.h"
#include "executor/resolver.h"
#include "executor/run_recorder.h"
#include "executor/shared_model.h"
#include "graph/value_names.h"
#include "kairos/session.h"

namespace kairos {

// A graph that has Programs, and those which it has in one session.
class ProgramSet {
 public:
  // `graph` outlives this. `prepare` is called when a Program has to be recorded. `limit`: how many
  // Programs are kept, 0 for all.
  ProgramSet(std::string region, const Graph& graph, std::vector<bool> keyed, PrepareFor prepare,
             size_t limit = 0)
      : region(std::move(region)),
        graph(graph),
        keyed(std::move(keyed)),
        prepare(std::move(prepare)),
        limit(limit),
        table(this->keyed, limit) {}

  std::vector<std::string> input_names() const { return NamesOf(graph, graph.inputs); }

  const std::string region;  // as Signature::region
  const Graph& graph;
  const std::vector<bool> keyed;  // as graph.inputs: those whose bytes are part of the signature
  const PrepareFor prepare;
  const size_t limit;
  ProgramTable table;
  SeenInputs seen;
  std::unique_ptr<BoundProgram> transient;  // under a policy that keeps no Programs
  const Program* last = nullptr;            // that ran or was prepared; null when it may be gone
};

class Engine {
 public:
  // What Programs are made for: to run them, to ask about their outputs, or to have them ready.
  enum class Purpose : uint8_t { kRun, kAsk, kPrepare };

  Engine(std::shared_ptr<Runtime> runtime, std::shared_ptr<const Model> model,
         std::shared_ptr<SharedModel> shared, SessionOptions options);

  Runtime& runtime() { return *runtime_; }
  const Model& model() const { return *model_; }
  const SessionOptions& options() const { return options_; }
  Resolver& resolver() { return resolver_; }
  SessionStats& stats() { return stats_; }
  const std::vector<RecordingInfo>& recordings() const { return recordings_.entries(); }
  RunLog run_log() const { return run_recorder_.log(); }
  std::shared_ptr<Runtime> shared_runtime() const { return runtime_; }
  std::shared_ptr<const Model> shared_model() const { return model_; }

  // The Program of these inputs, made if it is new, with memory to run it. Valid until the next
  // call, for any set.
  absl::StatusOr<BoundProgram*> ProgramFor(ProgramSet& set, absl::Span<const TensorView> inputs);
  // As Session::PlanMemory().
  absl::StatusOr<MemoryPlan> PlanMemory(const ProgramSet& set, absl::Span<const TensorView> inputs);
  // The Program of a signature that has not been checked; it is not kept.
  absl::StatusOr<std::shared_ptr<const Program>> ProgramOf(ProgramSet& set,
                                                           const Signature& signature);
  // `outputs` fit the Program.
  absl::Status Execute(ProgramSet& set, BoundProgram& program, absl::Span<const TensorView> inputs,
                       absl::Span<const MutableTensorView> outputs);
  // Unless it is to run, Programs are made also where the session's options say that a run makes
  // none, but no kernel after the deadline. What is prepared is never provisional.
  void set_purpose(Purpose purpose, absl::Time deadline = absl::InfiniteFuture());
  // Between runs: Programs that were made in the background take over.
  void TakeBetter();
  // The same, when all of them are made. False: they were not by then.
  bool AwaitBackground(absl::Time deadline);
  // Once for each recorded Program that is worth keeping, when nobody waits for it any more.
  void TellPolicy();

 private:
  absl::StatusOr<Signature> CheckedSignature(const ProgramSet& set,
                                             absl::Span<const TensorView> inputs) const;
  // Before a run of a provisional Program. The background gets what processors have nothing else to
  // do, and a caller who runs without a pause leaves it nothing: then it is left a fifth.
  void LeaveTimeToBackground() const;
  void SetUpProvisional(const std::shared_ptr<SharedModel>& shared);
  absl::StatusOr<std::shared_ptr<const Program>> MakeProgram(ProgramSet& set,
                                                             const Signature& signature);
  void Swap(const BackgroundPrograms::Made& made);
  absl::StatusOr<std::shared_ptr<const Program>> TryReady(const ProgramSet& set,
                                                          const ProgramRecord& record,
                                                          std::string* reason);
  absl::Status Reserve(const Program& program);
  BoundProgram* Use(BoundProgram* program);
  void Charge(ProgramSet& set, BoundProgram* program);
  // Drops Programs, not this one, while there are too many.
  void MakeRoom(const BoundProgram& other);
  void Count(const Program& program, const std::string& reason);
  void AddReason(const std::string& text);
  bool TellsPolicy(const ProgramSet& set) const;
  RunLogEntry& LogEntryOf(const ProgramSet& set, BoundProgram& program);

  const std::shared_ptr<Runtime> runtime_;
  const std::shared_ptr<const Model> model_;
  const SessionOptions options_;
  ProgramAccount account_;
  std::vector<ProgramSet*> charged_;  // those that have Programs which are charged
  uint64_t uses_ = 0;
  Resolver resolver_;
  AlignedBuffer arena_, scratch_;
  SessionStats stats_;
  RecordingLog recordings_;
  RunRecorder run_recorder_;
  Purpose purpose_ = Purpose::kRun;
  // Of provisional Programs; null when there are none, `background_` also when they stay.
  std::unique_ptr<const SessionOptions> provisional_options_;
  std::unique_ptr<Resolver> provisional_;
  std::unique_ptr<BackgroundPrograms> background_;
  int64_t runs_before_better_ = 0;
  int64_t provisional_end_ns_ = 0, provisional_run_ns_ = 0;  // of the last run of one
  std::shared_ptr<const Program> untold_;  // recorded, and the policy has not been told yet
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_ENGINE_H_

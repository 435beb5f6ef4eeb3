// Finds the kernel of a step by asking the policy, and the bytes of its packed weights.
#ifndef KAIROS_RUNTIME_EXECUTOR_RESOLVER_H_
#define KAIROS_RUNTIME_EXECUTOR_RESOLVER_H_

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "executor/relatives.h"
#include "executor/shared_model.h"
#include "executor/weight_store.h"
#include "kairos/policy.h"
#include "kairos/program_record.h"
#include "kairos/session.h"

namespace kairos {

// A step ready to run. Immutable once made.
struct ResolvedStep {
  ResolvedKernel kernel;
  Backend* backend = nullptr;
  std::vector<WeightBytes> weights;  // as the step's inputs; null data: the slot's bytes
  std::string rejected;              // as StepInfo
  int64_t made_ns = 0;
};

// The form of a weight that a kernel wants, if the step's record has it; else null.
const PackedWeight* FindPacked(const StepRecord& step, const PackedInput& wanted);

// A step whose kernel is to be found.
struct WantedStep {
  const StepRecord* step = nullptr;
  const StepRecord* frozen = nullptr;  // the same step in a ready Program, or null
};

// Belongs to a Session; not thread-safe.
class Resolver {
 public:
  // `pool`: what Programs are made on. They run on the Runtime's, which has as many threads.
  Resolver(Runtime& runtime, std::shared_ptr<SharedModel> shared, const SessionOptions& options,
           ThreadPool& pool)
      : runtime_(runtime), shared_(std::move(shared)), options_(options), pool_(pool) {}

  PolicyContext policy_context() const;
  // The kernels of these steps, without weights, found on all threads of the pool unless the policy
  // is for one at a time. A step that nobody takes has kUnimplemented; any other error ends the
  // search. Errors name the node.
  absl::StatusOr<std::vector<absl::StatusOr<ResolvedStep>>> FindKernels(
      absl::Span<const WantedStep> wanted, const std::vector<Slot>& slots);
  // Adds the weights, packed as the kernel wants them.
  absl::Status AddWeights(const StepRecord& step, const std::vector<Slot>& slots,
                          ResolvedStep* resolved);
  // What identifies the step's kernel, as CanonicalKey().
  std::string Key(const StepRecord& step, const std::vector<Slot>& slots) const;
  // The backend that would run a node before it is split, or after; null if none takes it.
  const Backend* WouldRun(KernelRequest request) const;

  const Policy& policy() const { return *options_.policy; }
  Runtime& runtime() const { return runtime_; }
  ThreadPool& pool() const { return pool_; }
  SharedModel& shared() const { return *shared_; }
  const std::shared_ptr<SharedModel>& shared_ptr() const { return shared_; }
  const SessionOptions& options() const { return options_; }
  // Whether weights are packed (they are by default). What is resolved meanwhile cannot be run.
  void set_packs(bool packs) { packs_ = packs; }
  // What it makes runs until something better is there. `fallback`: whether its kernels count as
  // such.
  void MakeProvisional(bool fallback) {
    provisional_ = true;
    fallback_ = fallback;
  }
  bool provisional() const { return provisional_; }
  // No kernel is made after it.
  void set_deadline(absl::Time deadline) { deadline_ = deadline; }

 private:
  // What became of a step, and when and where.
  struct Search {
    absl::Status status;
    ResolvedStep found;
    int64_t start_ns = 0, end_ns = 0;  // of the session's clock, when it has a listener
    std::thread::id thread;
  };
  absl::Status MayGoOn() const;
  Search FindKernel(const WantedStep& wanted, const std::vector<Slot>& slots) const;
  void Report(const Node& node, const Search& search) const;
  absl::Status ChooseKernel(const KernelRequest& request, const StepRecord* frozen,
                            ResolvedStep* resolved) const;
  absl::Status Pack(const StepRecord& step, const std::vector<Slot>& slots, ResolvedStep* resolved);
  absl::StatusOr<WeightBytes> PlainWeight(const Slot& slot);
  Relatives& relatives();

  Runtime& runtime_;
  const std::shared_ptr<SharedModel> shared_;
  const SessionOptions& options_;
  ThreadPool& pool_;
  bool provisional_ = false, fallback_ = false;
  absl::Time deadline_ = absl::InfiniteFuture();
  bool packs_ = true;
  std::unique_ptr<Relatives> relatives_;  // asked for when something is recorded
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_RESOLVER_H_

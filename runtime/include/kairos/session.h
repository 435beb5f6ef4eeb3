// A Session runs a Model under a policy. It holds one thread's execution state (arena, bound
// kernels): use one per thread; sessions of one Model share its weights.
#ifndef KAIROS_SESSION_H_
#define KAIROS_SESSION_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"

#include "kairos/any_value.h"
#include "kairos/dim_buckets.h"
#include "kairos/memory_plan.h"
#include "kairos/model.h"
#include "kairos/policies.h"
#include "kairos/run_log.h"
#include "kairos/runtime.h"
#include "kairos/tensor.h"

namespace kairos {

// Something that took time. Strings are valid during the callback. Events of one session nest,
// those of one thread: a kernel is compiled, and weights are packed, within a recording or within
// the import of a plan. Several threads compile at once; their events are told behind each other.
struct Event {
  // kCopy: a run that only moves a value to another memory layout. kPlan: a Program taken from what
  // the policy had ready. kWait: until another thread had made the kernel, within kCompile. kSwap:
  // a Program that was made in the background takes over; how it was made is no event.
  enum class Kind : uint8_t { kPasses, kRecord, kCompile, kPack, kRun, kPlan, kCopy, kWait, kSwap };
  Kind kind = Kind::kRun;
  absl::string_view node;  // empty for events of the whole model
  absl::string_view op;
  absl::string_view kernel;
  KernelSource source = KernelSource::kCompiled;
  int64_t start_ns = 0;  // of SessionOptions::clock_ns
  int64_t duration_ns = 0;
  uint64_t bytes = 0;  // kPack: packed bytes
  std::thread::id thread = std::this_thread::get_id();  // that took this time
};
// "passes", "record", "compile" ...
absl::string_view EventKindName(Event::Kind kind);

// What Run does for inputs whose Program has not been made yet.
enum class OnMiss : uint8_t {
  kCompile,  // makes it, which takes as long as it takes
  kError,    // kFailedPrecondition, at once; Prepare() makes Programs
  // Runs a provisional Program (NewProvisionalPolicy(), or what the policy has for this), whose
  // kernels count as fallbacks, until Prepare() or the policy's background makes the real one. As
  // kCompile in a session that is `deterministic`, and under a policy that keeps no Programs.
  kFallback,
};

struct SessionOptions {
  std::shared_ptr<const Policy> policy;  // null: NewAutoPolicy()
  // Values to return behind the model's outputs, by name. They are kept out of fusion.
  std::vector<std::string> taps;
  // The same inputs give the same bits, in each run and session. A policy that has provisional
  // Programs makes none then: each run waits for the Program that stays.
  bool deterministic = false;
  // Whether convolutions may use Winograd's algorithm where that is faster: results then differ
  // from direct convolution by up to about 1e-5 of the output's scale.
  bool winograd = true;
  // Called on the thread that runs; off when empty.
  std::function<void(const Event&)> on_event;
  // A batch whose activations take more than this between operators runs some items at a time, as
  // far as that gives the same results, so that they stay in the processor's cache. 0: as much as
  // this machine's cache suggests; UINT64_MAX: never.
  uint64_t working_set_bytes = 0;
  OnMiss on_miss = OnMiss::kCompile;
  // Asked before each operator of a run, and before each kernel while a Program is made: anything
  // but OK ends the call with that status (kCancelled, kDeadlineExceeded; not kDataLoss or
  // kUnimplemented, which have meanings of their own). Outputs are then undefined, and the session
  // can be used again. Called on the thread that runs; off when empty.
  std::function<absl::Status()> interrupt;
  // The clock of events and of the run log, in ns; the steady clock when empty. For hosts that have
  // their own.
  std::function<int64_t()> clock_ns;
  // Sizes that inputs are padded to; see dim_buckets.h. Without effect under a policy that keeps no
  // Programs. kInvalidArgument where they do not fit the model, kFailedPrecondition for one that
  // runs in parts.
  std::vector<DimBuckets> buckets;
  // Whether the run log has times, which reads the clock twice in each run of a Program.
  bool time_runs = false;
};

struct SessionStats {
  int64_t runs = 0, recordings = 0;
  int64_t compiles = 0, plan_hits = 0, cache_hits = 0, fallbacks = 0;
  uint64_t arena_bytes = 0, scratch_bytes = 0, packed_bytes = 0;
  std::vector<std::string> fallback_reasons;  // distinct ones, at most 32
  int64_t disk_hits = 0;                      // kernels thawed from the cache on disk
  // Among the recordings: Programs that were made to run until better ones are there; and those
  // that took over, whose kernels count from then on.
  int64_t provisional = 0, swaps = 0;
  int64_t padded_runs = 0;                    // at a size between two buckets
  uint64_t padding_bytes = 0;                 // memory for their inputs and outputs
};

// A line of explain(): which kernel runs a node and where it came from.
struct StepInfo {
  std::string node, op, backend, kernel;
  std::string fused;  // "Add,Relu"
  KernelSource source = KernelSource::kCompiled;
  std::string reason;
  std::string rejected;  // the backends before this one and why not they: "onednn: ..."
  int64_t made_ns = 0;   // what it took to compile, thaw or find the kernel
  int32_t turns = 1;     // how often it runs in a run: more than once on parts of a batch
  bool provisional = false;  // of a Program that runs until a better one is made
};

// A Program that was not ready and had to be recorded.
struct RecordingInfo {
  std::string signature;
  std::string reason;  // which dimension is new, what was seen before; why none was ready
  int64_t duration_ns = 0;
};

class Session {
 public:
  // kFailedPrecondition: the policy does not apply to this model or machine; kNotFound: a tap.
  static absl::StatusOr<std::unique_ptr<Session>> Make(std::shared_ptr<Runtime> runtime,
                                                       std::shared_ptr<const Model> model,
                                                       SessionOptions options = {});
  ~Session();

  // Inputs and outputs in the model's order (outputs: then taps). Outputs must have the exact
  // size; buffers must not overlap. kInvalidArgument names the input or output at fault. After the
  // first run of a signature: no allocation, no lookup, no shape inference; but for the one run
  // that finds a better Program made in the background and lets it take over.
  absl::Status Run(absl::Span<const TensorView> inputs,
                   absl::Span<const MutableTensorView> outputs);
  // The same with outputs allocated here.
  absl::StatusOr<std::vector<Tensor>> Run(absl::Span<const TensorView> inputs);
  // The same for models whose inputs or outputs are not all tensors.
  absl::StatusOr<std::vector<AnyValue>> RunValues(absl::Span<const AnyValue> inputs);

  // Whether the model runs in parts, because it has control flow, sequences, or shapes that depend
  // on data. Such a model has a Program for each part and signature it comes to, allocates in every
  // run, and the three functions below run it, as there is no other way to find out what they tell.
  bool runs_in_parts() const;

  // Output types for these inputs; records the Program if it is new.
  absl::StatusOr<std::vector<TensorType>> OutputTypes(absl::Span<const TensorView> inputs);
  // Compiles and reserves everything for these inputs without running on them; they need no data
  // but where values decide shapes.
  absl::Status Prepare(absl::Span<const TensorView> inputs);
  // The same for several signatures, in their order. `progress` is called with the number that is
  // prepared. kDeadlineExceeded when not all are by then; what is prepared stays. Between kernels
  // only: one that is being compiled is finished.
  absl::Status Prepare(absl::Span<const std::vector<TensorView>> signatures, absl::Time deadline,
                       const std::function<void(size_t)>& progress = {});
  // What a run on these inputs takes, found out without running, packing weights or reserving
  // memory; kernels are made for it. kFailedPrecondition when the model runs in parts.
  absl::StatusOr<MemoryPlan> PlanMemory(absl::Span<const TensorView> inputs);
  // Whether Run on these inputs would make nothing, and runs no provisional Program. Never under a
  // policy that keeps no Programs, nor of a model that runs in parts.
  bool Ready(absl::Span<const TensorView> inputs);
  // Returns when no Program is being made in the background for this session, and those that were
  // have taken over. kDeadlineExceeded when that is later.
  absl::Status AwaitBackground(absl::Time deadline);
  // The Program of these inputs in a form that can be saved, packed weights included; that of the
  // bucket for a size between two.
  // kFailedPrecondition when the model runs in parts.
  absl::StatusOr<ProgramRecord> Record(absl::Span<const TensorView> inputs);
  // The Programs that a run on these inputs comes to: one, unless the model runs in parts.
  absl::StatusOr<std::vector<ProgramRecord>> RecordAll(absl::Span<const AnyValue> inputs);

  // The Program of a signature that may come from a file. kInvalidArgument: it does not fit the
  // model; kNotFound: the model has no such region.
  absl::StatusOr<ProgramRecord> RecordSignature(const Signature& signature);

  // What has run, or was prepared to.
  RunLog run_log() const;
  // Writes the model with a plan for all that is in the run log, atomically. The Programs are those
  // that CompilePlan makes, with this session's kernels where those are the same, and take the
  // place of the model's plan for this machine. kFailedPrecondition: nothing has run.
  absl::Status SavePlan(const std::string& path) const;

  SessionStats stats() const;
  // Steps of the Program that ran, or was prepared, last. None if that has been dropped since.
  std::vector<StepInfo> Explain() const;
  // The last 64 recordings, oldest first.
  std::vector<RecordingInfo> Recordings() const;

 private:
  struct Impl;
  explicit Session(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairos

#endif  // KAIROS_SESSION_H_

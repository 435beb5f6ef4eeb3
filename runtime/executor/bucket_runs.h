// Runs of sizes between buckets: what to pad, that it changes no result, and the memory for it. One
// session's, one run at a time.
#ifndef KAIROS_RUNTIME_EXECUTOR_BUCKET_RUNS_H_
#define KAIROS_RUNTIME_EXECUTOR_BUCKET_RUNS_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "base/aligned_buffer.h"
#include "executor/bucket_dims.h"
#include "executor/engine.h"

namespace kairos {

// How inputs of one signature take the Program of a larger one.
struct PaddedRun {
  static constexpr size_t kNotCopied = static_cast<size_t>(-1);  // the caller's memory

  Signature signature;              // of the inputs given
  std::vector<Shape> input_shapes;  // padded, as the two below
  std::vector<TensorView> inputs;   // for the Program; the caller's data is that of the last run
  std::vector<TensorType> padded_outputs;
  std::vector<TensorType> output_types;  // of the outputs handed back
  std::vector<MutableTensorView> outputs;
  std::vector<size_t> input_offsets, output_offsets;  // in the memory for copies
  size_t bytes = 0;                                   // of copies
};

class BucketRuns {
 public:
  // `engine` and `set` outlive this.
  BucketRuns(std::vector<BucketDim> dims, Engine& engine, ProgramSet& set)
      : dims_(std::move(dims)), engine_(engine), set_(set) {}

  // Whether these inputs have a size between buckets. False for inputs that fit no signature.
  bool Pads(absl::Span<const TensorView> inputs) const;
  // The run of such inputs, if there has been one: with their data in it, but for copies. Valid
  // until the next call. Allocates nothing.
  PaddedRun* Find(absl::Span<const TensorView> inputs);
  // The same, made where it is new. Errors as ProvePadding().
  absl::StatusOr<PaddedRun*> Get(absl::Span<const TensorView> inputs);
  // `program` is that of run.inputs; kDataLoss when it comes from a plan that is not the model's.
  // `outputs` have the run's output types. Allocates nothing after Get().
  absl::Status Execute(PaddedRun& run, BoundProgram& program, absl::Span<const TensorView> inputs,
                       absl::Span<const MutableTensorView> outputs);

 private:
  absl::StatusOr<std::unique_ptr<PaddedRun>> Make(absl::Span<const TensorView> inputs);
  // Fills in the run's outputs from both signatures.
  absl::Status Prove(const Signature& padded, PaddedRun* run);
  absl::Status Reserve(PaddedRun* run);
  void Attach(absl::Span<const TensorView> inputs, PaddedRun* run);

  const std::vector<BucketDim> dims_;
  Engine& engine_;
  ProgramSet& set_;
  AlignedBuffer memory_;  // for copies, as large as the largest run's
  PaddedRun* last_ = nullptr;
  size_t count_ = 0;
  absl::flat_hash_map<uint64_t, std::vector<std::unique_ptr<PaddedRun>>> runs_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_BUCKET_RUNS_H_

// A Program bound to one Session's memory: every operand's address is resolved, so that a run only
// sets the caller's pointers and calls the kernels.
#ifndef KAIROS_RUNTIME_EXECUTOR_BOUND_PROGRAM_H_
#define KAIROS_RUNTIME_EXECUTOR_BOUND_PROGRAM_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

#include "executor/program.h"
#include "executor/program_budget.h"
#include "kairos/session.h"
#include "kairos/tensor.h"

namespace kairos {

// One run at a time.
class BoundProgram {
 public:
  explicit BoundProgram(std::shared_ptr<const Program> program);

  const Program& program() const { return *program_; }
  const std::shared_ptr<const Program>& shared_program() const { return program_; }
  // How many there were, this one included.
  int64_t CountRun() { return ++runs_; }

  // For its session: when it was used last, whether it stays whatever memory it takes, and what it
  // is charged.
  uint64_t last_use = 0;
  bool stays = false;
  bool better_is_made = false;  // in the background
  std::unique_ptr<const ProgramCharge> charge;

  // Types of the outputs, in the order of the graph's outputs.
  const std::vector<TensorType>& output_types() const { return output_types_; }

  // Where its session counts runs; null: not known yet. Lives as long as the session.
  RunLogEntry* log_entry = nullptr;

  // Runs in this memory, which is as large as the Program asks. Allocates nothing. On failure the
  // error names the node, and outputs are undefined.
  absl::Status Run(std::byte* arena, std::byte* scratch, ThreadPool& pool,
                   absl::Span<const TensorView> inputs, absl::Span<const MutableTensorView> outputs,
                   const SessionOptions& options);

 private:
  absl::Status RunSteps(size_t begin, size_t end, std::byte* scratch, ThreadPool& pool,
                        const SessionOptions& options);
  absl::Status RunStep(size_t s, const KernelArgs& args, const SessionOptions& options);
  struct Step {
    const Kernel* kernel;
    Kernel::State* state;
    const void* const* inputs;
    void* const* outputs;
  };
  struct Patch {
    size_t argument;  // index into arguments_
    int32_t index;    // of the caller's input or output
  };
  // Steps that run several times, each time with some arguments moved on.
  struct Loop {
    size_t begin, end;  // steps
    int32_t turns;
    std::vector<std::pair<size_t, size_t>> windows;  // (argument, bytes of a turn)
  };
  void FindLoops();
  void BindArena(std::byte* arena);
  // By so many turns, which may be negative.
  void MoveWindows(const Loop& loop, int32_t turns);
  absl::Status RunLoop(const Loop& loop, std::byte* scratch, ThreadPool& pool,
                       const SessionOptions& options);

  const std::shared_ptr<const Program> program_;
  std::vector<TensorType> output_types_;
  std::vector<void*> arguments_;  // inputs and outputs of all steps
  std::vector<Step> steps_;
  std::vector<std::unique_ptr<Kernel::State>> states_;
  std::vector<Patch> input_patches_, output_patches_;
  std::vector<std::pair<size_t, uint64_t>> arena_arguments_;  // (argument, offset)
  std::vector<Loop> loops_;                                   // in order of execution
  std::byte* arena_ = nullptr;
  bool bound_ = false;
  int64_t runs_ = 0;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_BOUND_PROGRAM_H_

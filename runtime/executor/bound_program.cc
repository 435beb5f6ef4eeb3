#include "executor/bound_program.h"

#include "base/status_macros.h"
#include "executor/event_timer.h"
#include "graph/op_table.h"
#include "model/loop_range.h"

namespace kairos {
namespace {

bool IsLayoutChange(const Node& node) {
  return node.domain == kKairosDomain && node.op == "Reorder" && node.post_ops.empty();
}

}  // namespace

BoundProgram::BoundProgram(std::shared_ptr<const Program> program) : program_(std::move(program)) {
  const ProgramRecord& record = program_->record;
  size_t count = 0;
  for (const StepRecord& step : record.steps) {
    count += step.node.inputs.size() + step.node.outputs.size();
  }
  arguments_.assign(count, nullptr);
  steps_.reserve(record.steps.size());
  states_.reserve(record.steps.size());
  size_t next = 0;
  auto place = [&](ValueId id, const void* packed) {
    const size_t at = next++;
    if (id == kNoValue) return;
    const Slot& slot = record.slots[static_cast<size_t>(id)];
    if (packed != nullptr) {
      arguments_[at] = const_cast<void*>(packed);
    } else if (slot.kind == Slot::Kind::kConstant) {
      arguments_[at] = const_cast<void*>(slot.constant.data);
    } else if (slot.kind == Slot::Kind::kInput) {
      input_patches_.push_back({at, slot.index});
    } else if (slot.kind == Slot::Kind::kOutput) {
      output_patches_.push_back({at, slot.index});
    } else {
      arena_arguments_.emplace_back(at, slot.offset);
    }
  };
  for (size_t s = 0; s < record.steps.size(); ++s) {
    const Node& node = record.steps[s].node;
    const ResolvedStep& resolved = program_->steps[s];
    states_.push_back(resolved.kernel.kernel->NewState());
    Step step{resolved.kernel.kernel.get(), states_.back().get(), arguments_.data() + next,
              nullptr};
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      place(node.inputs[i], resolved.weights[i].data);
    }
    step.outputs = arguments_.data() + next;
    for (ValueId id : node.outputs) place(id, nullptr);
    steps_.push_back(step);
  }
  FindLoops();
  for (int32_t slot : record.outputs) {
    output_types_.push_back(record.slots[static_cast<size_t>(slot)].type);
  }
}

void BoundProgram::BindArena(std::byte* arena) {
  if (bound_ && arena == arena_) return;
  for (const auto& [argument, offset] : arena_arguments_) arguments_[argument] = arena + offset;
  arena_ = arena;
  bound_ = true;
}

void BoundProgram::FindLoops() {
  const ProgramRecord& record = program_->record;
  const void* const* const first = arguments_.data();
  for (size_t begin = 0, end = 0; begin < record.steps.size(); begin = end) {
    end = EndOfLoop(record.steps, begin);
    if (record.steps[begin].loop < 0) continue;
    Loop loop{begin, end, record.turns_of(record.steps[begin]), {}};
    for (size_t s = begin; s < end; ++s) {
      const Node& node = record.steps[s].node;
      auto argument = static_cast<size_t>(steps_[s].inputs - first);  // outputs follow
      for (const std::vector<ValueId>* ids : {&node.inputs, &node.outputs}) {
        for (ValueId id : *ids) {
          const size_t at = argument++;
          if (id == kNoValue) continue;
          const Slot& slot = record.slots[static_cast<size_t>(id)];
          if (slot.turns > 1) loop.windows.emplace_back(at, slot.type.byte_count());
        }
      }
    }
    loops_.push_back(std::move(loop));
  }
}

void BoundProgram::MoveWindows(const Loop& loop, int32_t turns) {
  for (const auto& [argument, bytes] : loop.windows) {
    const auto by = static_cast<ptrdiff_t>(bytes) * turns;
    arguments_[argument] = static_cast<std::byte*>(arguments_[argument]) + by;
  }
}

absl::Status BoundProgram::Run(std::byte* arena, std::byte* scratch, ThreadPool& pool,
                               absl::Span<const TensorView> inputs,
                               absl::Span<const MutableTensorView> outputs,
                               const SessionOptions& options) {
  BindArena(arena);
  for (const Patch& patch : input_patches_) {
    arguments_[patch.argument] = const_cast<void*>(inputs[static_cast<size_t>(patch.index)].data);
  }
  for (const Patch& patch : output_patches_) {
    arguments_[patch.argument] = outputs[static_cast<size_t>(patch.index)].data;
  }
  size_t done = 0;
  for (const Loop& loop : loops_) {
    KAIROS_RETURN_IF_ERROR(RunSteps(done, loop.begin, scratch, pool, options));
    KAIROS_RETURN_IF_ERROR(RunLoop(loop, scratch, pool, options));
    done = loop.end;
  }
  return RunSteps(done, steps_.size(), scratch, pool, options);
}

absl::Status BoundProgram::RunLoop(const Loop& loop, std::byte* scratch, ThreadPool& pool,
                                   const SessionOptions& options) {
  absl::Status status;
  int32_t turn = 0;
  for (; turn < loop.turns && status.ok(); ++turn) {
    status = RunSteps(loop.begin, loop.end, scratch, pool, options);
    MoveWindows(loop, 1);
  }
  MoveWindows(loop, -turn);
  return status;
}

absl::Status BoundProgram::RunSteps(size_t begin, size_t end, std::byte* scratch, ThreadPool& pool,
                                    const SessionOptions& options) {
  for (size_t s = begin; s < end; ++s) {
    const KernelArgs args{steps_[s].inputs, steps_[s].outputs, scratch, &pool};
    const absl::Status status = RunStep(s, args, options);
    if (!status.ok()) return Annotate(NodeLabel(program_->record.steps[s].node), status);
  }
  return absl::OkStatus();
}

absl::Status BoundProgram::RunStep(size_t s, const KernelArgs& args,
                                   const SessionOptions& options) {
  if (options.interrupt) KAIROS_RETURN_IF_ERROR(options.interrupt());
  const Step& step = steps_[s];
  if (!options.on_event) return step.kernel->Run(args, step.state);
  const Node& node = program_->record.steps[s].node;
  EventTimer timer(options, IsLayoutChange(node) ? Event::Kind::kCopy : Event::Kind::kRun, node);
  timer.SetKernel(program_->steps[s].kernel);
  return step.kernel->Run(args, step.state);
}

}  // namespace kairos

#include "executor/bound_program.h"

#include "base/status_macros.h"
#include "executor/event_timer.h"
#include "graph/op_table.h"

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
  for (size_t s = 0; s < steps_.size(); ++s) {
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

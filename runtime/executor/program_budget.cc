#include "executor/program_budget.h"

#include <utility>

namespace kairos {
namespace {

// Of the session's part of a step: its arguments, and what a library keeps for it.
constexpr uint64_t kStateBytes = 512;

uint64_t BytesOf(const Constant& constant) {
  // Those of the model, and of its graph after passes, have other owners.
  return constant.owner.use_count() == 1 ? constant.type.byte_count() : 0;
}

// Without attributes, which it shares with the graph.
uint64_t BytesOf(const Node& node) {
  uint64_t bytes = node.op.size() + node.domain.size() + node.name.size();
  bytes += (node.inputs.size() + node.outputs.size()) * (sizeof(ValueId) + sizeof(void*));
  return bytes + node.post_ops.size() * sizeof(PostOp);
}

uint64_t BytesOf(const StepRecord& record, const ResolvedStep& step) {
  uint64_t bytes = sizeof(record) + sizeof(step) + BytesOf(record.node) + kStateBytes;
  bytes += record.frozen.size() + record.kernel.size() + step.rejected.size();
  bytes += step.weights.size() * sizeof(WeightBytes) + step.kernel.reason.size();
  for (const std::string& known : record.known) bytes += sizeof(known) + known.size();
  return bytes + record.packed.size() * sizeof(PackedWeight);
}

// Calls `body` with each kernel as often as the Program has it.
template <typename Body>
void ForEachKernel(const Program& program, const Body& body) {
  for (const ResolvedStep& step : program.steps) body(*step.kernel.kernel);
}

}  // namespace

uint64_t ProgramBytes(const Program& program) {
  uint64_t bytes = sizeof(program);
  for (const Slot& slot : program.record.slots) {
    bytes += sizeof(slot) + slot.name.size() + BytesOf(slot.constant);
  }
  for (size_t s = 0; s < program.steps.size(); ++s) {
    bytes += BytesOf(program.record.steps[s], program.steps[s]);
  }
  return bytes;
}

ProgramStats ProgramBudget::stats() const {
  const std::lock_guard lock(mutex_);
  return stats_;
}

ProgramAccount::ProgramAccount(ProgramBudget& budget) : budget_(budget) {
  const std::lock_guard lock(budget_.mutex_);
  ++budget_.accounts_;
}

ProgramAccount::~ProgramAccount() {
  const std::lock_guard lock(budget_.mutex_);
  --budget_.accounts_;
}

bool ProgramAccount::MustGiveUp() const {
  const std::lock_guard lock(budget_.mutex_);
  return budget_.stats_.bytes > budget_.limit_bytes_ &&
         bytes_ > budget_.limit_bytes_ / budget_.accounts_;
}

void ProgramAccount::CountEviction() {
  const std::lock_guard lock(budget_.mutex_);
  ++budget_.stats_.evictions;
}

ProgramCharge::ProgramCharge(ProgramAccount& account, std::shared_ptr<const Program> program)
    : account_(account), program_(std::move(program)), own_bytes_(ProgramBytes(*program_)) {
  ProgramBudget& budget = account_.budget_;
  const std::lock_guard lock(budget.mutex_);
  ForEachKernel(*program_, [&](const Kernel& kernel) {
    kernel_bytes_ += kernel.memory_bytes();
    if (++budget.users_[&kernel] == 1) budget.stats_.bytes += kernel.memory_bytes();
  });
  account_.bytes_ += own_bytes_ + kernel_bytes_;
  budget.stats_.bytes += own_bytes_;
  ++budget.stats_.count;
}

ProgramCharge::~ProgramCharge() {
  ProgramBudget& budget = account_.budget_;
  const std::lock_guard lock(budget.mutex_);
  ForEachKernel(*program_, [&](const Kernel& kernel) {
    const auto users = budget.users_.find(&kernel);
    if (--users->second > 0) return;
    budget.users_.erase(users);
    budget.stats_.bytes -= kernel.memory_bytes();
  });
  account_.bytes_ -= own_bytes_ + kernel_bytes_;
  budget.stats_.bytes -= own_bytes_;
  --budget.stats_.count;
}

}  // namespace kairos

#include "policy/kernel_trial.h"

#include <algorithm>
#include <cstring>
#include <random>
#include <utility>

#include "base/checked.h"
#include "base/cpu_cache.h"
#include "base/status_macros.h"

namespace kairos {
namespace {

constexpr size_t kLineBytes = 64;
constexpr size_t kMaxSweepBytes = size_t{32} << 20;

size_t SweepBytes() {
  const uint64_t cache = LastLevelCacheBytes();
  return cache > 0 ? std::min<size_t>(2 * cache, kMaxSweepBytes) : kMaxSweepBytes;
}

// Brings the bytes into the caches of the threads, to each its part.
void Touch(const AlignedBuffer& buffer, ThreadPool& pool) {
  const auto lines = static_cast<int64_t>(AlignUp(buffer.size(), kLineBytes) / kLineBytes);
  ParallelRanges(pool, lines, 1, [&](int64_t begin, int64_t end) {
    volatile std::byte sink{};
    for (int64_t i = begin; i < end; ++i) sink = buffer.data()[static_cast<size_t>(i) * kLineBytes];
    (void)sink;
  });
}

void FillWith(const Operand& operand, std::minstd_rand* random, const AlignedBuffer& buffer) {
  const size_t bytes = operand.type.byte_count();
  if (operand.data != nullptr) {
    std::memcpy(buffer.data(), operand.data, bytes);
  } else if (operand.type.dtype == DType::kFloat32) {
    auto* values = reinterpret_cast<float*>(buffer.data());
    for (size_t i = 0; i < bytes / sizeof(float); ++i) {
      values[i] = static_cast<float>((*random)() >> 7) * 0x1p-23f - 1.0f;
    }
  } else {
    std::memset(buffer.data(), 0, bytes);
  }
}

absl::StatusOr<AlignedBuffer> BufferFor(const Operand& operand) {
  return AlignedBuffer::Make(std::max<size_t>(operand.type.byte_count(), 1));
}

}  // namespace

absl::StatusOr<CacheSweep> CacheSweep::Make() {
  CacheSweep sweep;
  KAIROS_ASSIGN_OR_RETURN(sweep.memory_, AlignedBuffer::Make(SweepBytes()));
  // Pages that were never written to are all one page.
  std::memset(sweep.memory_.data(), 1, sweep.memory_.size());
  return sweep;
}

void CacheSweep::Run(ThreadPool& pool) const { Touch(memory_, pool); }

absl::StatusOr<TrialOperands> TrialOperands::Make(const KernelRequest& request) {
  TrialOperands operands;
  std::minstd_rand random(1);
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    operands.inputs_.emplace_back();
    const Operand& operand = request.inputs[i];
    if (!operand.present) continue;
    KAIROS_ASSIGN_OR_RETURN(operands.inputs_.back(), BufferFor(operand));
    FillWith(operand, &random, operands.inputs_.back());
    if (!operand.constant) operands.activations_.push_back(i);
  }
  for (const Operand& operand : request.outputs) {
    operands.outputs_.emplace_back();
    if (!operand.present) continue;
    KAIROS_ASSIGN_OR_RETURN(operands.outputs_.back(), BufferFor(operand));
  }
  return operands;
}

absl::StatusOr<KernelTrial> KernelTrial::Make(std::shared_ptr<const Kernel> kernel,
                                              const TrialOperands& operands, ThreadPool& pool) {
  KernelTrial trial(std::move(kernel), operands, pool);
  for (const AlignedBuffer& input : operands.inputs_) trial.in_.push_back(input.data());
  for (const AlignedBuffer& output : operands.outputs_) trial.out_.push_back(output.data());
  const absl::Span<const PackedInput> wanted = trial.kernel_->packed_inputs();
  for (size_t k = 0; k < wanted.size(); ++k) {
    const void*& input = trial.in_[static_cast<size_t>(wanted[k].input)];
    KAIROS_ASSIGN_OR_RETURN(AlignedBuffer packed, AlignedBuffer::Make(wanted[k].bytes));
    KAIROS_RETURN_IF_ERROR(trial.kernel_->Pack(k, input, packed.data(), pool));
    input = packed.data();
    trial.packed_.push_back(std::move(packed));
  }
  KAIROS_ASSIGN_OR_RETURN(trial.scratch_, AlignedBuffer::Make(trial.kernel_->scratch_bytes()));
  trial.state_ = trial.kernel_->NewState();
  return trial;
}

absl::StatusOr<int64_t> KernelTrial::Run(const CacheSweep& sweep,
                                         const std::function<int64_t()>& clock_ns) {
  sweep.Run(*pool_);
  // The node before this one has just written them, on threads that do not sleep yet.
  for (size_t i : operands_->activations_) Touch(operands_->inputs_[i], *pool_);
  const KernelArgs args{in_.data(), out_.data(), scratch_.data(), pool_};
  const int64_t start = clock_ns();
  KAIROS_RETURN_IF_ERROR(kernel_->Run(args, state_.get()));
  return clock_ns() - start;
}

}  // namespace kairos

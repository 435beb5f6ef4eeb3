// Runs kernels of one request on made-up operands, to see how long they take.
#ifndef KAIROS_RUNTIME_POLICY_KERNEL_TRIAL_H_
#define KAIROS_RUNTIME_POLICY_KERNEL_TRIAL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "base/aligned_buffer.h"
#include "kairos/kernel.h"
#include "kairos/thread_pool.h"

namespace kairos {

// Moves what other runs left out of the caches: in a network the weights of a node come from memory
// each time.
class CacheSweep {
 public:
  static absl::StatusOr<CacheSweep> Make();
  void Run(ThreadPool& pool) const;

 private:
  AlignedBuffer memory_;
};

// Operands of a request: floats in [-1, 1), zeros of other types, and the bytes of those that are
// known.
class TrialOperands {
 public:
  // kResourceExhausted.
  static absl::StatusOr<TrialOperands> Make(const KernelRequest& request);

 private:
  friend class KernelTrial;
  std::vector<AlignedBuffer> inputs_, outputs_;  // empty where absent
  std::vector<size_t> activations_;              // inputs that are no constants
};

class KernelTrial {
 public:
  // Packs weights. `operands` and `pool` outlive this.
  static absl::StatusOr<KernelTrial> Make(std::shared_ptr<const Kernel> kernel,
                                          const TrialOperands& operands, ThreadPool& pool);

  // One run, and what the clock says it took.
  absl::StatusOr<int64_t> Run(const CacheSweep& sweep, const std::function<int64_t()>& clock_ns);
  const std::shared_ptr<const Kernel>& kernel() const { return kernel_; }

 private:
  KernelTrial(std::shared_ptr<const Kernel> kernel, const TrialOperands& operands, ThreadPool& pool)
      : kernel_(std::move(kernel)), operands_(&operands), pool_(&pool) {}

  std::shared_ptr<const Kernel> kernel_;
  const TrialOperands* operands_;
  ThreadPool* pool_;
  std::vector<AlignedBuffer> packed_;
  AlignedBuffer scratch_;
  std::unique_ptr<Kernel::State> state_;
  std::vector<const void*> in_;
  std::vector<void*> out_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_POLICY_KERNEL_TRIAL_H_

// A policy whose kernels wait at a gate, to stop what is made in the background wherever a test
// wants it, and a policy that runs another one's Programs until then.
#ifndef KAIROS_TESTS_SUPPORT_GATED_POLICY_H_
#define KAIROS_TESTS_SUPPORT_GATED_POLICY_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/status/status.h"

#include "kairos/policies.h"

namespace kairos::testing {

// Thread-safe.
class Gate {
 public:
  // Lets so many through, and more with each call.
  void Open(int64_t count = INT64_MAX / 2) {
    const std::lock_guard lock(mutex_);
    open_ += count;
    changed_.notify_all();
  }
  void Pass() {
    std::unique_lock lock(mutex_);
    ++asked_;
    changed_.notify_all();
    changed_.wait(lock, [this] { return open_ > 0; });
    --open_;
    ++passed_;
  }
  // Returns when so many have asked.
  void AwaitAsked(int64_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this, count] { return asked_ >= count; });
  }
  int64_t passed() const {
    const std::lock_guard lock(mutex_);
    return passed_;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  int64_t open_ = 0, asked_ = 0, passed_ = 0;
};

// As NewJitPolicy(), through a gate, with `failure` if that is not OK.
class GatedPolicy : public Policy {
 public:
  explicit GatedPolicy(Gate& gate, absl::Status failure = absl::OkStatus())
      : gate_(gate), failure_(std::move(failure)) {}
  absl::string_view name() const override { return "gated"; }
  std::vector<std::string> passes() const override { return policy_->passes(); }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    gate_.Pass();
    if (!failure_.ok()) return failure_;
    return policy_->GetKernel(context, backend, request, frozen);
  }

 private:
  Gate& gate_;
  const absl::Status failure_;
  const std::shared_ptr<const Policy> policy_ = NewJitPolicy();
};

// Gated Programs take over from provisional ones after `runs` runs.
inline std::shared_ptr<const Policy> GatedTiers(Gate& gate, int64_t runs = 1,
                                                absl::Status failure = absl::OkStatus()) {
  return NewTieredPolicy(
      {.then = std::make_shared<GatedPolicy>(gate, std::move(failure)), .runs = runs});
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_GATED_POLICY_H_

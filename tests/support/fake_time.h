// Time that passes only when told to, and a backend whose work takes a known part of it.
#ifndef KAIROS_TESTS_SUPPORT_FAKE_TIME_H_
#define KAIROS_TESTS_SUPPORT_FAKE_TIME_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kairos/backend.h"

namespace kairos::testing {

class FakeTime {
 public:
  int64_t now_ns() const { return now_ns_; }
  void Pass(int64_t ms) { now_ns_ += ms * 1000000; }
  void PassNs(int64_t ns) { now_ns_ += ns; }
  std::function<int64_t()> clock() {
    return [this] { return now_ns(); };
  }

 private:
  std::atomic<int64_t> now_ns_{1000000000};
};

// How long each kind of work takes, in ms. `run` gets the number of the run of a kernel, from 0.
struct Delays {
  int64_t specialize_ms = 0, load_ms = 0, pack_ms = 0;
  std::function<int64_t(int64_t)> run_ms = [](int64_t) { return 0; };
};

// The reference kernels, with delays; weights of the second input are packed.
class SlowBackend : public Backend {
 public:
  SlowBackend(FakeTime* time, Delays delays) : time_(time), delays_(std::move(delays)) {}

  absl::string_view name() const override { return "slow"; }
  absl::Status Supports(const KernelRequest& request) const override {
    return reference_->Supports(request);
  }
  absl::StatusOr<std::unique_ptr<Kernel>> Specialize(const KernelRequest& request) override {
    time_->Pass(delays_.specialize_ms);
    return Make(request);
  }
  absl::StatusOr<std::unique_ptr<Kernel>> Load(const KernelRequest& request,
                                               absl::string_view) override {
    time_->Pass(delays_.load_ms);
    return Make(request);
  }

 private:
  class SlowKernel : public Kernel {
   public:
    SlowKernel(std::unique_ptr<Kernel> inner, const KernelRequest& request, SlowBackend* backend)
        : inner_(std::move(inner)), backend_(backend) {
      if (request.inputs.size() > 1 && request.inputs[1].constant) {
        packed_.push_back({1, "copy", request.inputs[1].type.byte_count()});
      }
    }
    absl::string_view name() const override { return "slow.kernel"; }
    size_t scratch_bytes() const override { return inner_->scratch_bytes(); }
    absl::Span<const PackedInput> packed_inputs() const override { return packed_; }
    absl::Status Pack(size_t index, const void* plain, void* packed, ThreadPool&) const override {
      std::copy_n(static_cast<const char*>(plain), packed_[index].bytes,
                  static_cast<char*>(packed));
      backend_->time_->Pass(backend_->delays_.pack_ms);
      return absl::OkStatus();
    }
    std::unique_ptr<State> NewState() const override { return inner_->NewState(); }
    absl::Status Run(const KernelArgs& args, State* state) const override {
      backend_->time_->Pass(backend_->delays_.run_ms(runs_++));
      return inner_->Run(args, state);
    }

   private:
    const std::unique_ptr<Kernel> inner_;
    SlowBackend* const backend_;
    std::vector<PackedInput> packed_;
    mutable std::atomic<int64_t> runs_{0};
  };

  absl::StatusOr<std::unique_ptr<Kernel>> Make(const KernelRequest& request) {
    absl::StatusOr<std::unique_ptr<Kernel>> inner = reference_->Specialize(request);
    if (!inner.ok()) return inner;
    return std::make_unique<SlowKernel>(*std::move(inner), request, this);
  }

  FakeTime* const time_;
  const Delays delays_;
  const std::unique_ptr<Backend> reference_ = NewReferenceBackend();
};

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_FAKE_TIME_H_

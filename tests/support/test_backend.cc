#include "tests/support/test_backend.h"

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace kairos::testing {
namespace {

class WrappedKernel : public Kernel {
 public:
  WrappedKernel(std::unique_ptr<Kernel> inner, const std::string& backend,
                const KernelRequest& request, const TestBackendOptions& options)
      : inner_(std::move(inner)), name_(absl::StrCat(backend, ".", request.node->op)),
        counters_(options.counters) {
    if (options.in_place && IsElementwise(*request.node)) in_place_input_ = 0;
    if (options.packs_weights && request.inputs.size() > 1 && request.inputs[1].constant) {
      std::string form = "copy";
      if (options.form_per_rows) absl::StrAppend(&form, " ", request.inputs[0].type.shape[0]);
      packed_.push_back({1, form, request.inputs[1].type.byte_count()});
    }
  }

  absl::string_view name() const override { return name_; }
  size_t scratch_bytes() const override { return inner_->scratch_bytes(); }
  absl::Span<const PackedInput> packed_inputs() const override { return packed_; }
  absl::Status Pack(size_t index, const void* plain, void* packed, ThreadPool&) const override {
    std::memcpy(packed, plain, packed_[index].bytes);
    if (counters_ != nullptr) counters_->packed.fetch_add(1, std::memory_order_relaxed);
    return absl::OkStatus();
  }
  int InPlaceInput() const override { return in_place_input_; }
  std::unique_ptr<State> NewState() const override { return inner_->NewState(); }
  absl::Status Run(const KernelArgs& args, State* state) const override {
    return inner_->Run(args, state);
  }
  std::string Save() const override { return absl::StrCat("frozen ", name_); }

 private:
  const std::unique_ptr<Kernel> inner_;
  const std::string name_;
  BackendCounters* const counters_;
  std::vector<PackedInput> packed_;
  int in_place_input_ = -1;
};

class TestBackend : public Backend {
 public:
  explicit TestBackend(TestBackendOptions options) : options_(std::move(options)) {}

  absl::string_view name() const override { return options_.name; }
  Fingerprint fingerprint() const override { return options_.fingerprint; }
  Layout preferred_layout() const override { return options_.layout; }

  absl::Status Supports(const KernelRequest& request) const override {
    if (options_.takes && !options_.takes(request)) {
      return absl::UnimplementedError("not for this backend");
    }
    return reference_->Supports(request);
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Specialize(const KernelRequest& request) override {
    if (options_.counters != nullptr) ++options_.counters->specialized;
    return Make(request);
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Load(const KernelRequest& request,
                                               absl::string_view frozen) override {
    if (options_.counters != nullptr) ++options_.counters->loaded;
    absl::StatusOr<std::unique_ptr<Kernel>> kernel = Make(request);
    if (!kernel.ok()) return kernel;
    const std::string have = (*kernel)->Save();
    if (have == frozen) return kernel;
    return absl::FailedPreconditionError(
        absl::StrCat("kernel: got ", have, ", expected ", frozen));
  }

 private:
  absl::StatusOr<std::unique_ptr<Kernel>> Make(const KernelRequest& request) {
    absl::StatusOr<std::unique_ptr<Kernel>> inner = reference_->Specialize(request);
    if (!inner.ok()) return inner;
    return std::make_unique<WrappedKernel>(*std::move(inner), options_.name, request, options_);
  }

  const TestBackendOptions options_;
  const std::unique_ptr<Backend> reference_ = NewReferenceBackend();
};

}  // namespace

bool IsElementwise(const Node& node) {
  return node.op == "Relu" || node.op == "Neg" || node.op == "Exp" || node.op == "Tanh" ||
         node.op == "Sigmoid" || node.op == "Abs";
}

std::unique_ptr<Backend> NewTestBackend(TestBackendOptions options) {
  return std::make_unique<TestBackend>(std::move(options));
}

}  // namespace kairos::testing

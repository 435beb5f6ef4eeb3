#include <utility>

#include "kairos/policies.h"
#include "policy/lazy.h"

namespace kairos {
namespace {

// Packing a smaller weight takes less time than the library takes for a kernel that does without:
// kernels that read packed weights are mostly our own, which need no code to be generated.
constexpr size_t kSmallWeightBytes = size_t{64} << 10;

// Which kernels a backend makes for `request` when large weights may be others in each run, so that
// nothing can be gained from packing them.
class ProvisionalPolicy : public Policy {
 public:
  absl::string_view name() const override { return "provisional"; }
  std::vector<std::string> passes() const override { return AllPassNames(); }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord*) const override {
    std::vector<Operand> inputs(request.inputs.begin(), request.inputs.end());
    bool has_large = false;
    for (Operand& input : inputs) {
      if (!input.constant || input.data != nullptr) continue;
      if (input.type.byte_count() <= kSmallWeightBytes) continue;
      input.constant = false;
      has_large = true;
    }
    if (has_large) {
      KernelRequest unpacked = request;
      unpacked.inputs = inputs;
      if (backend.Supports(unpacked).ok()) {
        absl::StatusOr<ResolvedKernel> made = SpecializeThroughCache(context, backend, unpacked);
        if (!absl::IsUnimplemented(made.status())) return made;
      }
    }
    return SpecializeThroughCache(context, backend, request);
  }
};

class TieredPolicy : public Policy {
 public:
  explicit TieredPolicy(TieredOptions options)
      : then_(options.then != nullptr ? std::move(options.then) : NewAutoPolicy()),
        meanwhile_{options.first != nullptr ? std::move(options.first) : NewProvisionalPolicy(),
                   options.runs} {}

  absl::string_view name() const override { return "tiered"; }
  Meanwhile meanwhile() const override { return meanwhile_; }

  std::vector<std::string> passes() const override { return then_->passes(); }
  bool specializes() const override { return then_->specializes(); }
  bool keeps_programs() const override { return then_->keeps_programs(); }
  bool one_at_a_time() const override { return then_->one_at_a_time(); }
  absl::Status Check(const PolicyContext& context) const override { return then_->Check(context); }
  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext& context,
                                           const Signature& signature) const override {
    return then_->FindProgram(context, signature);
  }
  RelatedPlans Related(const PolicyContext& context) const override {
    return then_->Related(context);
  }
  void Recorded(const PolicyContext& context, const Signature& signature,
                CompleteProgram complete) const override {
    then_->Recorded(context, signature, std::move(complete));
  }
  absl::StatusOr<Backend*> ChooseBackend(const PolicyContext& context, const KernelRequest& request,
                                         absl::Span<Backend* const> candidates) const override {
    return then_->ChooseBackend(context, request, candidates);
  }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    return then_->GetKernel(context, backend, request, frozen);
  }

 private:
  const std::shared_ptr<const Policy> then_;
  const Meanwhile meanwhile_;
};

}  // namespace

std::shared_ptr<const Policy> NewProvisionalPolicy() {
  return std::make_shared<ProvisionalPolicy>();
}

std::shared_ptr<const Policy> NewTieredPolicy(TieredOptions options) {
  return std::make_shared<TieredPolicy>(std::move(options));
}

}  // namespace kairos

#include "rtdiff/bisect.h"

#include <utility>

namespace kairos {
namespace {

class MixedPolicy : public Policy {
 public:
  MixedPolicy(std::shared_ptr<const Policy> inner, std::set<std::string> own_nodes)
      : inner_(std::move(inner)), own_nodes_(std::move(own_nodes)) {}

  absl::string_view name() const override { return inner_->name(); }
  std::vector<std::string> passes() const override { return inner_->passes(); }
  bool specializes() const override { return inner_->specializes(); }
  bool keeps_programs() const override { return inner_->keeps_programs(); }
  bool one_at_a_time() const override { return inner_->one_at_a_time(); }
  absl::Status Check(const PolicyContext& context) const override { return inner_->Check(context); }
  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext& context,
                                           const Signature& signature) const override {
    return inner_->FindProgram(context, signature);
  }
  absl::StatusOr<Backend*> ChooseBackend(const PolicyContext& context, const KernelRequest& request,
                                         absl::Span<Backend* const> candidates) const override {
    if (IsOwn(request)) return inner_->ChooseBackend(context, request, candidates);
    return context.backends.back();
  }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    if (IsOwn(request)) return inner_->GetKernel(context, backend, request, frozen);
    absl::StatusOr<std::unique_ptr<Kernel>> kernel = backend.Specialize(request);
    if (!kernel.ok()) return kernel.status();
    ResolvedKernel resolved;
    resolved.kernel = *std::move(kernel);
    return resolved;
  }

 private:
  bool IsOwn(const KernelRequest& request) const { return own_nodes_.contains(request.node->name); }
  const std::shared_ptr<const Policy> inner_;
  const std::set<std::string> own_nodes_;
};

absl::StatusOr<std::unique_ptr<Session>> SessionOf(const Side& side,
                                                   std::shared_ptr<const Policy> policy) {
  SessionOptions options;
  options.policy = std::move(policy);
  return Session::Make(side.runtime, side.model, std::move(options));
}

}  // namespace

std::shared_ptr<const Policy> NewMixedPolicy(std::shared_ptr<const Policy> inner,
                                             std::set<std::string> own_nodes) {
  return std::make_shared<MixedPolicy>(std::move(inner), std::move(own_nodes));
}

absl::StatusOr<Culprit> FindCulprit(const Side& suspect, absl::Span<const TensorView> inputs,
                                    const std::function<bool(const std::vector<Tensor>&)>& is_bad) {
  absl::StatusOr<std::unique_ptr<Session>> whole = SessionOf(suspect, suspect.policy);
  if (!whole.ok()) return whole.status();
  if (absl::Status ran = (*whole)->Run(inputs).status(); !ran.ok()) return ran;
  const std::vector<StepInfo> steps = (*whole)->Explain();
  Culprit culprit;
  // Bad with the first `bad` steps' own kernels, good with the first `good`.
  size_t bad = steps.size(), good = 0;
  const auto is_bad_with = [&](size_t count) -> absl::StatusOr<bool> {
    std::set<std::string> own;
    for (size_t i = 0; i < count; ++i) own.insert(steps[i].node);
    absl::StatusOr<std::unique_ptr<Session>> session =
        SessionOf(suspect, NewMixedPolicy(suspect.policy, std::move(own)));
    if (!session.ok()) return session.status();
    absl::StatusOr<std::vector<Tensor>> outputs = (*session)->Run(inputs);
    if (!outputs.ok()) return outputs.status();
    ++culprit.probes;
    return is_bad(*outputs);
  };
  absl::StatusOr<bool> without = is_bad_with(0);
  if (!without.ok()) return without.status();
  if (*without) return culprit;
  while (bad - good > 1) {
    const size_t middle = good + (bad - good) / 2;
    absl::StatusOr<bool> result = is_bad_with(middle);
    if (!result.ok()) return result.status();
    (*result ? bad : good) = middle;
  }
  const StepInfo& step = steps[bad - 1];
  culprit.node = step.node;
  culprit.op = step.op;
  culprit.kernel = step.kernel;
  culprit.fused = step.fused;
  return culprit;
}

}  // namespace kairos

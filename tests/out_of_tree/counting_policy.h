// A policy of an application: kernels are kept in a cache of its own, questions are counted.
#ifndef OUT_OF_TREE_COUNTING_POLICY_H_
#define OUT_OF_TREE_COUNTING_POLICY_H_

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "kairos/policy.h"

namespace out_of_tree {

class CountingPolicy : public kairos::Policy {
 public:
  absl::string_view name() const override { return "counting"; }

  absl::StatusOr<kairos::Backend*> ChooseBackend(
      const kairos::PolicyContext& context, const kairos::KernelRequest& request,
      absl::Span<kairos::Backend* const> candidates) const override {
    ++backend_questions_;
    return Policy::ChooseBackend(context, request, candidates);
  }

  absl::StatusOr<kairos::ResolvedKernel> GetKernel(
      const kairos::PolicyContext&, kairos::Backend& backend, const kairos::KernelRequest& request,
      const kairos::StepRecord*) const override {
    ++kernel_questions_;
    const std::string key = std::string(backend.name()) + "/" + kairos::CanonicalKey(request);
    absl::StatusOr<kairos::KernelCache::Found> found =
        cache_.GetOrMake(key, [&] { return backend.Specialize(request); });
    if (!found.ok()) return found.status();
    if (!found->hit) ++compiles_;
    return kairos::ResolvedKernel{std::move(found->kernel),
                                  found->hit ? kairos::KernelSource::kCache
                                             : kairos::KernelSource::kCompiled,
                                  ""};
  }

  int backend_questions() const { return backend_questions_; }
  int kernel_questions() const { return kernel_questions_; }
  int compiles() const { return compiles_; }

 private:
  mutable kairos::KernelCache cache_{size_t{1} << 20};
  mutable std::atomic<int> backend_questions_{0}, kernel_questions_{0}, compiles_{0};
};

}  // namespace out_of_tree

#endif  // OUT_OF_TREE_COUNTING_POLICY_H_

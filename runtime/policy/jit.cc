#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "kairos/pass.h"
#include "kairos/policies.h"
#include "policy/lazy.h"

namespace kairos {
namespace {

class JitPolicy : public Policy {
 public:
  absl::string_view name() const override { return "jit"; }
  std::vector<std::string> passes() const override { return AllPassNames(); }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord*) const override {
    return SpecializeThroughCache(context, backend, request);
  }
};

}  // namespace

absl::StatusOr<ResolvedKernel> SpecializeThroughCache(const PolicyContext& context,
                                                      Backend& backend,
                                                      const KernelRequest& request) {
  const std::string key = absl::StrCat(backend.name(), "/", CanonicalKey(request));
  KAIROS_ASSIGN_OR_RETURN(KernelCache::Found found, context.cache->GetOrMake(key, [&] {
    return backend.Specialize(request);
  }));
  return ResolvedKernel{.kernel = std::move(found.kernel),
                        .source = found.hit ? KernelSource::kCache : KernelSource::kCompiled,
                        .wait_ns = found.wait_ns};
}

std::vector<std::string> AllPassNames() {
  absl::Span<const absl::string_view> names = AllPasses();
  return {names.begin(), names.end()};
}

std::shared_ptr<const Policy> NewJitPolicy() { return std::make_shared<JitPolicy>(); }
std::shared_ptr<const Policy> NewPlanningPolicy() { return NewJitPolicy(); }

}  // namespace kairos

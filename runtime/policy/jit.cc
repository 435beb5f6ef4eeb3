#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "kairos/pass.h"
#include "kairos/policies.h"
#include "kairos/program_cache.h"
#include "policy/lazy.h"

namespace kairos {
namespace {

class JitPolicy : public Policy {
 public:
  absl::string_view name() const override { return "jit"; }
  std::vector<std::string> passes() const override { return AllPassNames(); }

  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext& context,
                                           const Signature& signature) const override {
    if (context.programs == nullptr) return ReadyProgram{};
    ProgramCache::Found found = context.programs->Find(context, *this, signature);
    const ProgramRecord* record = found.record.get();
    return ReadyProgram{record, std::move(found.reason), std::move(found.record)};
  }

  void Recorded(const PolicyContext& context, const Signature& signature,
                CompleteProgram complete) const override {
    if (context.programs == nullptr) return;
    context.programs->Keep(context, *this, signature, std::move(complete));
  }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    if (frozen == nullptr) return SpecializeThroughCache(context, backend, request);
    absl::StatusOr<ResolvedKernel> thawed = ThawThroughCache(context, backend, request, *frozen);
    if (thawed.ok()) return thawed;
    KAIROS_ASSIGN_OR_RETURN(ResolvedKernel made, SpecializeThroughCache(context, backend, request));
    made.reason = std::string(thawed.status().message());
    return made;
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

absl::StatusOr<ResolvedKernel> ThawThroughCache(const PolicyContext& context, Backend& backend,
                                                const KernelRequest& request,
                                                const StepRecord& frozen) {
  const std::string key =
      absl::StrCat("plan/", backend.name(), "/", frozen.frozen, "/", CanonicalKey(request));
  KAIROS_ASSIGN_OR_RETURN(KernelCache::Found found, context.cache->GetOrMake(key, [&] {
    return backend.Load(request, frozen.frozen);
  }));
  return ResolvedKernel{.kernel = std::move(found.kernel),
                        .source = frozen.from_cache ? KernelSource::kDisk : KernelSource::kPlan,
                        .wait_ns = found.wait_ns};
}

std::vector<std::string> AllPassNames() {
  absl::Span<const absl::string_view> names = AllPasses();
  return {names.begin(), names.end()};
}

std::shared_ptr<const Policy> NewJitPolicy() { return std::make_shared<JitPolicy>(); }

}  // namespace kairos

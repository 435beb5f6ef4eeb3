#include "kairos/policy.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "kairos/policies.h"

namespace kairos {

absl::string_view KernelSourceName(KernelSource source) {
  switch (source) {
    case KernelSource::kCompiled:
      return "compiled";
    case KernelSource::kCache:
      return "cache";
    case KernelSource::kPlan:
      return "plan";
    case KernelSource::kFallback:
      return "fallback";
    case KernelSource::kDisk:
      return "disk";
  }
  return "unknown";
}

absl::StatusOr<Backend*> Policy::ChooseBackend(const PolicyContext&, const KernelRequest& request,
                                               absl::Span<Backend* const> candidates) const {
  std::string reasons;
  for (Backend* backend : candidates) {
    absl::Status supported = backend->Supports(request);
    if (supported.ok()) return backend;
    absl::StrAppend(&reasons, reasons.empty() ? "" : "; ", backend->name(), ": ",
                    supported.message());
  }
  return absl::UnimplementedError(absl::StrCat("no backend runs this: ", reasons));
}

absl::Span<const absl::string_view> PolicyNames() {
  static constexpr absl::string_view kNames[] = {"eager", "jit", "aot", "tiered", "auto"};
  return kNames;
}

absl::StatusOr<std::shared_ptr<const Policy>> PolicyByName(absl::string_view name) {
  if (name == "eager") return NewEagerPolicy();
  if (name == "jit") return NewJitPolicy();
  if (name == "aot") return NewAotPolicy();
  if (name == "tiered") return NewTieredPolicy();
  if (name == "auto") return NewAutoPolicy();
  absl::Span<const absl::string_view> names = PolicyNames();
  return absl::InvalidArgumentError(absl::StrCat("policy '", name, "': unknown, expected ",
                                                 absl::StrJoin(names.first(names.size() - 1), ", "),
                                                 " or ", names.back()));
}

}  // namespace kairos

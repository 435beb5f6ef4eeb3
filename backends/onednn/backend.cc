#include "onednn/backend.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "oneapi/dnnl/dnnl.h"

#include "onednn/empty_kernel.h"
#include "onednn/fingerprint.h"
#include "onednn/frozen.h"
#include "onednn/handles.h"
#include "onednn/kernel_table.h"
#include "onednn/probes.h"

namespace kairos::onednn {
namespace {

// The library keeps what it generated for this many primitives, uncounted by Kairos' own caches,
// which keep the kernels in use anyway. So it only serves kernels that are dropped and made again
// (the eager policy does that): enough for the distinct primitives of one network, about 8 MB.
constexpr int kLibraryCacheEntries = 128;

void AppendMakers(absl::Span<const KernelMaker> table, const Node& node,
                  std::vector<const KernelMaker*>* makers) {
  for (const KernelMaker& maker : table) {
    if (maker.op == node.op && maker.domain == node.domain) makers->push_back(&maker);
  }
}

// The makers of an operator, best first: where both tables have one, the library's was faster on
// all but the smallest tensors when it was measured, unless ours is marked as preferred: that one
// is as fast or faster, and no code is generated for it. Elsewhere the library's table has no row.
std::vector<const KernelMaker*> MakersOf(const Node& node) {
  std::vector<const KernelMaker*> makers;
  AppendMakers(OwnKernels(), node, &makers);
  const auto others = std::stable_partition(
      makers.begin(), makers.end(), [](const KernelMaker* maker) { return maker->preferred; });
  std::vector<const KernelMaker*> library;
  AppendMakers(LibraryKernels(), node, &library);
  makers.insert(others, library.begin(), library.end());
  return makers;
}

// Collects refusals into one message.
class Refusals {
 public:
  explicit Refusals(const Node& node) : op_(node.op) {}
  void Add(const absl::Status& status) {
    absl::StrAppend(&text_, text_.empty() ? "" : "; ", status.message());
  }
  absl::Status status() const {
    return absl::UnimplementedError(text_.empty() ? absl::StrCat("onednn: no kernel for ", op_)
                                                  : text_);
  }

 private:
  const std::string& op_;
  std::string text_;
};

class OnednnBackend final : public Backend {
 public:
  absl::string_view name() const override { return "onednn"; }
  Fingerprint fingerprint() const override { return fingerprint_; }
  Layout preferred_layout() const override { return Layout::kChannelsLast; }

  absl::Status Supports(const KernelRequest& request) const override {
    Refusals refusals(*request.node);
    const std::vector<const KernelMaker*> makers = MakersOf(*request.node);
    if (!makers.empty() && HasNothingToWrite(request)) return absl::OkStatus();
    for (const KernelMaker* maker : makers) {
      const absl::Status supported = maker->supports(request);
      if (supported.ok()) return supported;
      refusals.Add(supported);
    }
    return refusals.status();
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Specialize(const KernelRequest& request) override {
    const std::vector<const KernelMaker*> makers = MakersOf(*request.node);
    if (!makers.empty() && HasNothingToWrite(request)) return NewEmptyKernel();
    Refusals refusals(*request.node);
    for (const KernelMaker* maker : makers) {
      const absl::Status supported = maker->supports(request);
      if (!supported.ok()) {
        refusals.Add(supported);
        continue;
      }
      absl::StatusOr<std::unique_ptr<Kernel>> kernel = maker->make(request, "");
      if (kernel.ok() || !absl::IsUnimplemented(kernel.status())) return kernel;
      refusals.Add(kernel.status());
    }
    return refusals.status();
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Load(const KernelRequest& request,
                                               absl::string_view frozen) override {
    if (HasNothingToWrite(request)) return LoadEmptyKernel(frozen);
    if (frozen.empty()) return absl::FailedPreconditionError("onednn: plan names no kernel");
    // A record says which table its kernel came from.
    const bool library = IsLibraryRecord(frozen);
    std::vector<const KernelMaker*> makers;
    AppendMakers(library ? LibraryKernels() : OwnKernels(), *request.node, &makers);
    std::string refused;
    for (const KernelMaker* maker : makers) {
      // Ours check while they are made, and support more than they are chosen for.
      absl::Status supported = library ? maker->supports(request) : absl::OkStatus();
      if (supported.ok()) {
        absl::StatusOr<std::unique_ptr<Kernel>> kernel = maker->make(request, frozen);
        if (kernel.ok()) return kernel;
        supported = kernel.status();
      }
      absl::StrAppend(&refused, refused.empty() ? "" : "; ", supported.message());
    }
    if (!refused.empty()) return absl::FailedPreconditionError(refused);
    return absl::FailedPreconditionError(
        absl::StrCat("onednn: plan has kernel '", absl::CEscape(frozen.substr(0, 64)),
                     "', this library makes no such kernel for ", request.node->op));
  }

  absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> Alternatives(
      const KernelRequest& request) override {
    absl::StatusOr<std::unique_ptr<Kernel>> own_choice = Specialize(request);
    if (!own_choice.ok()) return own_choice.status();
    std::vector<std::unique_ptr<Kernel>> kernels;
    kernels.push_back(*std::move(own_choice));
    if (HasNothingToWrite(request)) return kernels;
    const auto add = [&kernels](absl::StatusOr<std::unique_ptr<Kernel>> kernel) {
      if (!kernel.ok()) return;
      const bool known = std::any_of(
          kernels.begin(), kernels.end(),
          [&](const std::unique_ptr<Kernel>& other) { return other->Save() == (*kernel)->Save(); });
      if (!known) kernels.push_back(*std::move(kernel));
    };
    for (const KernelMaker* maker : MakersOf(*request.node)) {
      for (absl::string_view form : maker->forms) add(maker->make(request, form));
      if (maker->forms.empty() && maker->supports(request).ok()) add(maker->make(request, ""));
    }
    return kernels;
  }

 private:
  const Fingerprint fingerprint_ = MachineFingerprint();
};

}  // namespace

absl::StatusOr<std::unique_ptr<Backend>> NewOnednnBackend() {
  if (absl::Status machine = ProbeMachine(); !machine.ok()) return machine;
  if (CpuEngine() == nullptr)
    return absl::UnavailableError("onednn: the library has no CPU engine");
  dnnl_set_primitive_cache_capacity(kLibraryCacheEntries);
  return std::make_unique<OnednnBackend>();
}

}  // namespace kairos::onednn

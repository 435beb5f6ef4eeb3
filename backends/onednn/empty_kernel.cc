#include "onednn/empty_kernel.h"

#include <algorithm>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace kairos::onednn {
namespace {

constexpr absl::string_view kName = "onednn.empty";

class EmptyKernel final : public Kernel {
 public:
  absl::string_view name() const override { return kName; }
  absl::Status Run(const KernelArgs&, State*) const override { return absl::OkStatus(); }
  std::string Save() const override { return std::string(kName); }
};

}  // namespace

bool HasNothingToWrite(const KernelRequest& request) {
  return std::all_of(request.outputs.begin(), request.outputs.end(), [](const Operand& output) {
    return !output.present || output.type.element_count() == 0;
  });
}

std::unique_ptr<Kernel> NewEmptyKernel() { return std::make_unique<EmptyKernel>(); }

absl::StatusOr<std::unique_ptr<Kernel>> LoadEmptyKernel(absl::string_view frozen) {
  if (frozen == kName) return NewEmptyKernel();
  return absl::FailedPreconditionError(absl::StrCat("onednn: field kernel: plan has '",
                                                    absl::CEscape(frozen.substr(0, 64)),
                                                    "', this machine gives '", kName, "'"));
}

}  // namespace kairos::onednn

// The backends of this build, best first.
#include "kairos/backend.h"

#ifdef KAIROS_WITH_ONEDNN
#include "onednn/backend.h"
#endif

namespace kairos {

std::vector<std::unique_ptr<Backend>> NewBuiltInBackends(
    [[maybe_unused]] std::vector<std::string>* notes) {
  std::vector<std::unique_ptr<Backend>> backends;
#ifdef KAIROS_WITH_ONEDNN
  absl::StatusOr<std::unique_ptr<Backend>> onednn = onednn::NewOnednnBackend();
  if (onednn.ok()) {
    backends.push_back(*std::move(onednn));
  } else if (notes != nullptr) {
    notes->emplace_back(onednn.status().message());
  }
#else
  if (notes != nullptr) {
    notes->emplace_back("onednn: not in this build; configure with -Donednn=enabled");
  }
#endif
  backends.push_back(NewReferenceBackend());
  return backends;
}

}  // namespace kairos

// The machine and library facts that plans are stamped with.
#ifndef KAIROS_RUNTIME_POLICY_FINGERPRINT_H_
#define KAIROS_RUNTIME_POLICY_FINGERPRINT_H_

#include <string>

#include "absl/types/span.h"
#include "kairos/backend.h"

namespace kairos {

// Names of the backends, comma-separated, best first.
std::string BackendOrder(absl::Span<Backend* const> backends);
// Fields of all backends, each prefixed "NAME.".
Fingerprint MachineFingerprint(absl::Span<Backend* const> backends);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_POLICY_FINGERPRINT_H_

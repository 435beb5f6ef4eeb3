// The facts about machine and library on which a plan's kernels and packed weights depend.
#ifndef KAIROS_BACKENDS_ONEDNN_FINGERPRINT_H_
#define KAIROS_BACKENDS_ONEDNN_FINGERPRINT_H_

#include "kairos/backend.h"

namespace kairos::onednn {

// Library version and build, effective instruction set and hints, processor, cache sizes in bytes,
// and the library's environment variables that are set.
Fingerprint MachineFingerprint();

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_FINGERPRINT_H_

// The CPU backend for speed: oneDNN's primitives (library/), and kernels of our own where those are
// slow or missing (own/). kernel_table.h is the interface between the two.
#ifndef KAIROS_BACKENDS_ONEDNN_BACKEND_H_
#define KAIROS_BACKENDS_ONEDNN_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"

#include "kairos/backend.h"

namespace kairos::onednn {

// kUnavailable, with the reason, where the library cannot run (see probes.h).
absl::StatusOr<std::unique_ptr<Backend>> NewOnednnBackend();

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_BACKEND_H_

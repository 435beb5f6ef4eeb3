// A backend makes kernels. The built-in ones use this header like anybody's; to write one, start
// from tests/out_of_tree.
#ifndef KAIROS_BACKEND_H_
#define KAIROS_BACKEND_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kairos/kernel.h"

namespace kairos {

// Facts that a plan depends on, as (field, value): library versions, instruction set, cache sizes.
using Fingerprint = std::vector<std::pair<std::string, std::string>>;

// Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual absl::string_view name() const = 0;  // "reference", "onednn", ...; unique in a Runtime
  virtual Fingerprint fingerprint() const { return {}; }
  // The activation layout its spatial operators run best in.
  virtual Layout preferred_layout() const { return Layout::kPlain; }

  // Whether and why not, without making anything. kUnimplemented is an ordinary answer.
  virtual absl::Status Supports(const KernelRequest& request) const = 0;
  // Makes the kernel. kUnimplemented after a positive Supports() is allowed (the library refused);
  // the executor then asks the next backend.
  virtual absl::StatusOr<std::unique_ptr<Kernel>> Specialize(const KernelRequest& request) = 0;
  // Makes the kernel that Save() described. kFailedPrecondition, naming field, recorded and actual
  // value, when this machine or library would make another one. `frozen` is untrusted.
  virtual absl::StatusOr<std::unique_ptr<Kernel>> Load(const KernelRequest& request,
                                                       absl::string_view frozen) = 0;
  // For policies that choose by time: all kernels worth measuring for the request, the one that
  // Specialize() makes first. Each is saved and loaded like any other. Default: that one alone.
  virtual absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> Alternatives(
      const KernelRequest& request);
};

// The plain-loop backend: every operator, every layout; the oracle and the last resort.
std::unique_ptr<Backend> NewReferenceBackend();

// The backends this library was built with and that work on this machine, best first; the
// reference backend is always the last one. `notes` (may be null) receives a line for each one
// that was left out, with the reason.
std::vector<std::unique_ptr<Backend>> NewBuiltInBackends(std::vector<std::string>* notes);

}  // namespace kairos

#endif  // KAIROS_BACKEND_H_

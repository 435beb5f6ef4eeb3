// Refusals of the operating system as statuses.
#ifndef KAIROS_RUNTIME_BASE_ERRNO_STATUS_H_
#define KAIROS_RUNTIME_BASE_ERRNO_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kairos {

// "PATH: WHAT: REASON"; kNotFound, kPermissionDenied or, for everything else, kUnavailable.
absl::Status ErrnoStatus(int error, absl::string_view path, absl::string_view what);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_ERRNO_STATUS_H_

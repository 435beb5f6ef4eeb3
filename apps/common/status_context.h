// Where an error comes from, in front of what it says.
#ifndef KAIROS_APPS_COMMON_STATUS_CONTEXT_H_
#define KAIROS_APPS_COMMON_STATUS_CONTEXT_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kairos {

// The same code with "CONTEXT: " before the message. `status` is an error.
inline absl::Status WithContext(absl::string_view context, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_STATUS_CONTEXT_H_

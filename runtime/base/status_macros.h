// Early return on a status that is not ok, and context added to one.
#ifndef KAIROS_RUNTIME_BASE_STATUS_MACROS_H_
#define KAIROS_RUNTIME_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#define KAIROS_CONCAT_INNER(a, b) a##b
#define KAIROS_CONCAT(a, b) KAIROS_CONCAT_INNER(a, b)

#define KAIROS_RETURN_IF_ERROR(expression)                    \
  do {                                                        \
    absl::Status kairos_status = (expression);                \
    if (!kairos_status.ok()) return kairos_status;            \
  } while (false)

#define KAIROS_ASSIGN_OR_RETURN(target, expression) \
  KAIROS_ASSIGN_OR_RETURN_IMPL(KAIROS_CONCAT(kairos_statusor_, __LINE__), target, expression)
#define KAIROS_ASSIGN_OR_RETURN_IMPL(temporary, target, expression) \
  auto temporary = (expression);                                    \
  if (!temporary.ok()) return std::move(temporary).status();        \
  target = *std::move(temporary)

namespace kairos {

// The same code with "context: " before the message.
inline absl::Status Annotate(absl::string_view context, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_STATUS_MACROS_H_

// Names from files, made fit for messages.
#ifndef KAIROS_RUNTIME_BASE_PRINTABLE_H_
#define KAIROS_RUNTIME_BASE_PRINTABLE_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kairos {

inline constexpr size_t kMaxPrintedBytes = 64;

// At most kMaxPrintedBytes of `name` ("..." behind them when there are more), without control
// characters or broken UTF-8.
inline std::string Printable(absl::string_view name) {
  const bool whole = name.size() <= kMaxPrintedBytes;
  return absl::StrCat(absl::Utf8SafeCEscape(name.substr(0, kMaxPrintedBytes)), whole ? "" : "...");
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_PRINTABLE_H_

// Strings as JSON has them.
#ifndef KAIROS_RUNTIME_BASE_JSON_TEXT_H_
#define KAIROS_RUNTIME_BASE_JSON_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace kairos {

// In quotes. Bytes that are no UTF-8 stay as they are: names come from models that were checked.
std::string JsonQuoted(absl::string_view text);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_JSON_TEXT_H_

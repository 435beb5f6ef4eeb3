// Text for a terminal of 100 columns.
#ifndef KAIROS_APPS_RTBENCH_TEXT_H_
#define KAIROS_APPS_RTBENCH_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace kairos {

// Three significant digits, five decimals at most.
std::string Significant(double value);

// Pads to a width counted in characters of UTF-8.
std::string Right(const std::string& text, size_t width);

// Appends lines of up to 100 columns, broken at spaces: the first begins with `first`, all others
// with as many spaces and two more.
void AppendWrapped(absl::string_view first, absl::string_view text, std::string* out);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_TEXT_H_

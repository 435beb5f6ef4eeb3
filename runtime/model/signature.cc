#include "absl/strings/str_cat.h"

#include "kairos/program_record.h"

namespace kairos {

std::string Signature::ToString(absl::Span<const std::string> names) const {
  std::string text = region.empty() ? "" : absl::StrCat("region ", region, ": ");
  for (size_t i = 0; i < inputs.size(); ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", i < names.size() ? names[i] : "?", "=",
                    inputs[i].ToString());
  }
  return text;
}

}  // namespace kairos

#include "onnx_runner/expectations.h"

#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kairos::conformance {

absl::StatusOr<Expectations> ParseExpectations(absl::string_view text) {
  Expectations expectations;
  int number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (line.empty()) continue;
    const std::vector<std::string> words = absl::StrSplit(line, absl::MaxSplits(' ', 2));
    const bool fails = words[0] == "fail";
    if (words.size() < 3 || (!fails && words[0] != "skip")) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": expected 'fail NAME REASON' or 'skip NAME REASON'"));
    }
    auto& target = fails ? expectations.failing : expectations.skipped;
    if (!target.emplace(words[1], words[2]).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("line ", number, ": ", words[1], " is listed twice"));
    }
  }
  return expectations;
}

}  // namespace kairos::conformance

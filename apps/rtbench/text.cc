#include "rtbench/text.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

namespace kairos {
namespace {

constexpr size_t kWidth = 100;

}  // namespace

std::string Significant(double value) {
  const double size = std::fabs(value);
  if (size == 0) return "0";
  int decimals = size < 0.995 ? 3 : size < 9.95 ? 2 : size < 99.5 ? 1 : 0;
  if (size < 0.0995) decimals = size < 0.00995 ? 5 : 4;
  return absl::StrFormat("%.*f", decimals, value);
}

std::string Right(const std::string& text, size_t width) {
  const auto is_start = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
  const auto length = static_cast<size_t>(std::count_if(text.begin(), text.end(), is_start));
  return length < width ? std::string(width - length, ' ') + text : text;
}

void AppendWrapped(absl::string_view first, absl::string_view text, std::string* out) {
  std::string line(first);
  bool is_empty = true;
  for (absl::string_view word : absl::StrSplit(text, ' ')) {
    if (!is_empty && line.size() + 1 + word.size() > kWidth) {
      absl::StrAppend(out, line, "\n");
      line = std::string(first.size() + 2, ' ');
      is_empty = true;
    }
    absl::StrAppend(&line, is_empty ? "" : " ", word);
    is_empty = false;
  }
  absl::StrAppend(out, line, "\n");
}

}  // namespace kairos

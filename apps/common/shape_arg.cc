#include "common/shape_arg.h"

#include <algorithm>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace kairos {
namespace {

constexpr int64_t kMaxDim = (int64_t{1} << 31) - 1;

absl::Status Refuse(absl::string_view part, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "shape '", part, "': ", what, ", expected NAME=DIMxDIM... such as x=1x3x224x224"));
}

bool ParseDim(absl::string_view text, int64_t* dim) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, dim) && *dim <= kMaxDim;
}

absl::StatusOr<NamedShape> ParseOne(absl::string_view part) {
  // Names may hold '=', sizes never do.
  const size_t equals = part.rfind('=');
  if (equals == absl::string_view::npos || equals == 0) return Refuse(part, "no name");
  NamedShape named{std::string(part.substr(0, equals)), {}};
  const absl::string_view dims = part.substr(equals + 1);
  if (dims.empty()) return named;
  for (absl::string_view dim_text : absl::StrSplit(dims, 'x')) {
    int64_t dim = 0;
    if (!ParseDim(dim_text, &dim)) {
      return Refuse(part, absl::StrCat("'", dim_text, "' is not a size"));
    }
    named.shape.push_back(dim);
  }
  if (named.shape.size() > kMaxRank) {
    return Refuse(part, absl::StrCat("rank ", named.shape.size(), " is above ", kMaxRank));
  }
  return named;
}

}  // namespace

absl::StatusOr<std::vector<NamedShape>> ParseShapeArg(absl::string_view text) {
  std::vector<NamedShape> shapes;
  for (absl::string_view part : absl::StrSplit(text, ',')) {
    absl::StatusOr<NamedShape> named = ParseOne(part);
    if (!named.ok()) return named.status();
    const bool known = std::any_of(shapes.begin(), shapes.end(),
                                   [&](const NamedShape& s) { return s.name == named->name; });
    if (known) return Refuse(part, absl::StrCat("'", named->name, "' is given twice"));
    shapes.push_back(*std::move(named));
  }
  return shapes;
}

std::string FormatShapeArg(absl::Span<const NamedShape> shapes) {
  return absl::StrJoin(shapes, ",", [](std::string* out, const NamedShape& s) {
    absl::StrAppend(out, s.name, "=", absl::StrJoin(s.shape, "x"));
  });
}

}  // namespace kairos

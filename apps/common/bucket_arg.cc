#include "common/bucket_arg.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace kairos {
namespace {

bool ParseSize(absl::string_view text, int64_t* size) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit) &&
         absl::SimpleAtoi(text, size) && *size > 0;
}

}  // namespace

absl::StatusOr<DimBuckets> ParseBucketArg(absl::string_view text) {
  const auto refuse = [&] {
    return absl::InvalidArgumentError(absl::StrCat(
        "bucket '", text, "': expected NAME.AXIS=SIZE,SIZE... or =xMULTIPLE or =pow2 such as"
        " x.0=1,8,32"));
  };
  // Names may hold '=', rules never do.
  const size_t equals = text.rfind('=');
  if (equals == absl::string_view::npos || equals == 0) return refuse();
  DimBuckets buckets;
  for (absl::string_view dim : absl::StrSplit(text.substr(0, equals), ',')) {
    if (dim.empty()) return refuse();
    buckets.dims.emplace_back(dim);
  }
  const absl::string_view rule = text.substr(equals + 1);
  if (rule == "pow2") {
    buckets.powers_of_two = true;
    return buckets;
  }
  if (absl::StartsWith(rule, "x")) {
    if (!ParseSize(rule.substr(1), &buckets.multiple_of)) return refuse();
    return buckets;
  }
  for (absl::string_view size : absl::StrSplit(rule, ',')) {
    if (!ParseSize(size, &buckets.sizes.emplace_back())) return refuse();
  }
  return buckets;
}

absl::StatusOr<std::vector<DimBuckets>> ParseBucketArgs(const std::vector<std::string>& texts) {
  std::vector<DimBuckets> all;
  for (const std::string& text : texts) {
    absl::StatusOr<DimBuckets> parsed = ParseBucketArg(text);
    if (!parsed.ok()) return parsed.status();
    all.push_back(*std::move(parsed));
  }
  return all;
}

void AddBucketOption(CLI::App& app, std::vector<std::string>* texts) {
  app.add_option("--bucket", *texts,
                 "pad sizes of a dimension to these: a list, xN (multiples) or pow2")
      ->type_name("NAME.AXIS=RULE")
      ->type_size(1)
      ->allow_extra_args(false);
}

}  // namespace kairos

// Buckets on the command line: "x.0=1,2,4", "batch=x8" (multiples of 8), "x.0,mask.0=pow2".
#ifndef KAIROS_APPS_COMMON_BUCKET_ARG_H_
#define KAIROS_APPS_COMMON_BUCKET_ARG_H_

#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "kairos/dim_buckets.h"

namespace kairos {

// One declaration. kInvalidArgument quotes the text.
absl::StatusOr<DimBuckets> ParseBucketArg(absl::string_view text);
absl::StatusOr<std::vector<DimBuckets>> ParseBucketArgs(const std::vector<std::string>& texts);

// Adds `--bucket`, repeatable; `*texts` are for ParseBucketArgs().
void AddBucketOption(CLI::App& app, std::vector<std::string>* texts);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_BUCKET_ARG_H_

// The whole benchmark: prepare, run the cases, make the report.
#ifndef KAIROS_APPS_RTBENCH_MEASURE_H_
#define KAIROS_APPS_RTBENCH_MEASURE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "rtbench/options.h"

namespace kairos {

// Prints the report and leaves it where the options say. An error when any row failed or anything
// could not be written; the rest of the report is out by then.
absl::Status Measure(const Options& options);

// Prints and writes a report that is there already.
absl::Status Publish(const nlohmann::json& report, const Options& options);

// {"environment", "rows"} of a file; kInvalidArgument when it is no report.
absl::StatusOr<nlohmann::json> ReadReport(const std::string& path);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_MEASURE_H_

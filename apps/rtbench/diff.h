// What changed between two reports beyond noise.
#ifndef KAIROS_APPS_RTBENCH_DIFF_H_
#define KAIROS_APPS_RTBENCH_DIFF_H_

#include <string>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

namespace kairos {

struct DiffOptions {
  // Less than this is no change, however sure the figures are.
  double threshold = 0.03;
};

struct Diff {
  int better = 0, worse = 0;
  std::string text;  // a line per change, then a summary
};

// Rows are matched by model, policy, shapes and threads. A time changed when the intervals of both
// reports are apart and the medians differ by the threshold; memory when it differs by the
// threshold; a counter when it differs. A row that now fails is worse. kInvalidArgument: not a
// report.
absl::StatusOr<Diff> DiffReports(const nlohmann::json& before, const nlohmann::json& after,
                                 const DiffOptions& options);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_DIFF_H_

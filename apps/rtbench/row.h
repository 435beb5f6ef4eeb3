// Rows of the report from what the cases measured.
#ifndef KAIROS_APPS_RTBENCH_ROW_H_
#define KAIROS_APPS_RTBENCH_ROW_H_

#include <vector>

#include "absl/types/span.h"
#include <nlohmann/json.hpp>

#include "rtbench/case.h"
#include "rtbench/statistics.h"

namespace kairos {

// One process's start, warm-up and steady median; from a "steady" sample.
CostCurve CurveOf(const nlohmann::json& steady);

// One row per case, in order: medians of the one-off figures, quantiles over all steady samples,
// memory above `empty` (that of a process that did nothing), agreement with the first case of the
// group, break-even with every other one. A case that failed has "error"; what it measured before
// is there too. README.md has the fields. `peak` is {"gflops", "copy_gbs"} by thread count.
nlohmann::json MakeRows(absl::Span<const Case> cases, const nlohmann::json& empty,
                        const nlohmann::json& peak);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_ROW_H_

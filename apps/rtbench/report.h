// Rows of a benchmark from their samples, and the two forms in which they are shown.
#ifndef KAIROS_APPS_RTBENCH_REPORT_H_
#define KAIROS_APPS_RTBENCH_REPORT_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace kairos {

// The q-quantile, q in [0, 1], by linear interpolation; 0 for no values.
double Quantile(std::vector<double> values, double q);

// One row from the children of one model, policy and shape: medians of the one-off figures,
// quantiles over all steady samples, memory above `empty` (that of a process that did nothing).
nlohmann::json MergeSamples(const std::vector<nlohmann::json>& samples,
                            const nlohmann::json& empty);

// 100 columns wide; rows with an "error" say it in place of figures.
void PrintTable(const nlohmann::json& rows);

// Facts about the machine and the build.
nlohmann::json Environment();

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_REPORT_H_

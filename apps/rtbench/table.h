// The report as text, 100 columns wide.
#ifndef KAIROS_APPS_RTBENCH_TABLE_H_
#define KAIROS_APPS_RTBENCH_TABLE_H_

#include <string>

#include <nlohmann/json.hpp>

namespace kairos {

// {"environment", "rows"}. Rows with an "error" say it beside what figures they have.
std::string FormatReport(const nlohmann::json& report);

// The tutorial's experiment: what a start costs, and the steps right after it.
std::string FormatWarmup(const nlohmann::json& report);

// A table for a README: one line per model, a group of columns per figure.
std::string FormatMarkdown(const nlohmann::json& report);

// "mobilenet_v2  x=1x3x224x224  2 threads": what the rows of a group have in common.
std::string GroupName(const nlohmann::json& row);

// Three significant digits, or "-" for a field that is absent.
std::string Figure(const nlohmann::json& row, const char* field);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_TABLE_H_

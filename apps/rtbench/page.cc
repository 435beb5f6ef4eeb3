#include "rtbench/page.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_replace.h"

#include "rtbench/embedded.h"
#include "rtbench/palette.h"
#include "rtbench/phases.h"
#include "rtbench/table.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr int kCurvePoints = 80;

// [share of runs that are faster, ms], dense at the slow end; a page need not carry all samples.
json LatencyCurve(const json& samples_ms) {
  auto values = samples_ms.get<std::vector<double>>();
  std::sort(values.begin(), values.end());
  json curve = json::array();
  if (values.empty()) return curve;
  const double last = static_cast<double>(values.size() - 1);
  for (int i = 0; i <= kCurvePoints; ++i) {
    // Equal steps of the logarithm of what is still slower, from 1 to 1 in all runs.
    const double q = 1 - std::pow(last + 1, -static_cast<double>(i) / kCurvePoints);
    curve.push_back({q, values[static_cast<size_t>(std::floor(q * last + 0.5))]});
  }
  return curve;
}

json PageRow(const json& row) {
  json out = row;
  out["group"] = GroupName(row);
  if (row.contains("samples_ms")) out["latency"] = LatencyCurve(row["samples_ms"]);
  out.erase("samples_ms");
  if (row.contains("sessions")) {
    out["sessions"]["latency"] = LatencyCurve(row["sessions"]["samples_ms"]);
    out["sessions"].erase("samples_ms");
  }
  return out;
}

}  // namespace

std::string MakePage(const json& report) {
  json data = {{"environment", report.at("environment")},
               {"colours", ColoursOf(report.at("rows"))},
               {"phases", json::array()},
               {"rows", json::array()}};
  for (const Phase& phase : kPhases) data["phases"].push_back(std::string(phase.name));
  for (const json& row : report.at("rows")) data["rows"].push_back(PageRow(row));
  const std::string text = data.dump(-1, ' ', false, json::error_handler_t::replace);
  // Inside <script>, "</" would end it.
  return absl::StrReplaceAll(kPageHtml,
                             {{"/*STYLE*/", kPageStyle},
                              {"/*CHARTS*/", kChartsScript},
                              {"/*SCRIPT*/", kPageScript},
                              {"/*DATA*/", absl::StrReplaceAll(text, {{"</", "<\\/"}})}});
}

}  // namespace kairos

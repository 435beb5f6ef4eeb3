#include "rtbench/diff.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "rtbench/statistics.h"
#include "rtbench/table.h"

namespace kairos {
namespace {

using nlohmann::json;

struct Metric {
  const char* name;
  const char* field;
  const char* samples;  // null: no interval, the threshold decides alone
  double least;         // a smaller difference is none: resolution of the figure
  bool exact = false;
};
constexpr Metric kMetrics[] = {
    {"cold ms", "cold_ms", "cold_samples_ms", 0.2}, {"p50 ms", "p50_ms", "process_p50_ms", 0.002},
    {"peak MB", "peak_rss_mb", nullptr, 1.0},       {"compiles", "compiles", nullptr, 0, true},
    {"fallbacks", "fallbacks", nullptr, 0, true},
};

std::string KeyOf(const json& row) {
  return absl::StrCat(GroupName(row), "  ", row.at("policy").get<std::string>());
}

const json* FindRow(const json& report, const std::string& key) {
  for (const json& row : report.at("rows")) {
    if (KeyOf(row) == key) return &row;
  }
  return nullptr;
}

// > 0: more than before, that is worse; < 0: less; 0: no change that can be told from noise.
int Compare(const Metric& metric, const json& before, const json& after, double threshold) {
  const double a = before.at(metric.field), b = after.at(metric.field);
  const int direction = b > a ? 1 : -1;
  if (metric.exact) return a == b ? 0 : direction;
  if (std::fabs(b - a) < metric.least || std::fabs(b - a) < threshold * std::fabs(a)) return 0;
  if (metric.samples == nullptr) return direction;
  if (!before.contains(metric.samples) || !after.contains(metric.samples)) return 0;
  const Interval x = MedianInterval(before[metric.samples].get<std::vector<double>>());
  const Interval y = MedianInterval(after[metric.samples].get<std::vector<double>>());
  return x.high < y.low || y.high < x.low ? direction : 0;
}

void DiffRow(const json& before, const json& after, const DiffOptions& options, Diff* diff) {
  const std::string key = KeyOf(after);
  const auto report = [&](int direction, const std::string& what) {
    ++(direction > 0 ? diff->worse : diff->better);
    absl::StrAppend(&diff->text, direction > 0 ? "worse   " : "better  ", key, "  ", what, "\n");
  };
  if (before.contains("error") != after.contains("error")) {
    const bool fails = after.contains("error");
    report(fails ? 1 : -1, fails ? "fails: " + after["error"].get<std::string>() : "works again");
  }
  for (const Metric& metric : kMetrics) {
    if (!before.contains(metric.field) || !after.contains(metric.field)) continue;
    const int direction = Compare(metric, before, after, options.threshold);
    if (direction == 0) continue;
    const double a = before.at(metric.field), b = after.at(metric.field);
    report(direction, absl::StrCat(metric.name, " ", Figure(before, metric.field), " -> ",
                                   Figure(after, metric.field),
                                   a != 0 ? absl::StrFormat(" (%+.0f%%)", 100 * (b / a - 1)) : ""));
  }
}

}  // namespace

absl::StatusOr<Diff> DiffReports(const json& before, const json& after,
                                 const DiffOptions& options) {
  try {  // the JSON library throws on fields that are absent or of another type
    Diff diff;
    int same_rows = 0, unmatched = 0;
    const std::string cpu_a = before.at("environment").value("cpu", ""),
                      cpu_b = after.at("environment").value("cpu", "");
    if (cpu_a != cpu_b) {
      absl::StrAppend(&diff.text, "note    different machines: ", cpu_a, " and ", cpu_b, "\n");
    }
    for (const json& row : after.at("rows")) {
      const json* old = FindRow(before, KeyOf(row));
      if (old == nullptr) {
        absl::StrAppend(&diff.text, "new     ", KeyOf(row), "\n");
        ++unmatched;
        continue;
      }
      const int changes = diff.better + diff.worse;
      DiffRow(*old, row, options, &diff);
      if (changes == diff.better + diff.worse) ++same_rows;
    }
    for (const json& row : before.at("rows")) {
      if (FindRow(after, KeyOf(row)) != nullptr) continue;
      absl::StrAppend(&diff.text, "gone    ", KeyOf(row), "\n");
      ++unmatched;
    }
    absl::StrAppend(&diff.text, diff.worse, " worse, ", diff.better, " better, ", same_rows,
                    " rows without a change beyond noise, ", unmatched,
                    " rows in one report only\n");
    return diff;
  } catch (const json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("not a report of rtbench: ", error.what()));
  }
}

}  // namespace kairos

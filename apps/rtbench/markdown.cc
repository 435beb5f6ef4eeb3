#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

#include "rtbench/table.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, const char*> kColumns[] = {{"start ms", "cold_ms"},
                                                            {"p50 ms", "p50_ms"},
                                                            {"p99 ms", "p99_ms"},
                                                            {"peak MB", "peak_rss_mb"}};

}  // namespace

std::string FormatMarkdown(const json& report) {
  std::string out = "| model, input | policy or peer |";
  for (const auto& [title, field] : kColumns) absl::StrAppend(&out, " ", title, " |");
  absl::StrAppend(&out, " share of peak |\n|---|---|");
  for (size_t i = 0; i <= std::size(kColumns); ++i) absl::StrAppend(&out, "---|");
  out.push_back('\n');
  std::string last;
  for (const json& row : report.at("rows")) {
    const std::string name = GroupName(row);
    absl::StrAppend(&out, "| ", name == last ? "" : name, " | ",
                    row.at("policy").get<std::string>(), " |");
    last = name;
    if (!row.contains("p50_ms")) {
      absl::StrAppend(&out, " ", row.value("error", "not measured"), " | | | | |\n");
      continue;
    }
    for (const auto& [title, field] : kColumns)
      absl::StrAppend(&out, " ", Figure(row, field), " |");
    absl::StrAppend(&out, " ", Figure(row, "peak_share"), " |\n");
  }
  return out;
}

}  // namespace kairos

#include "rtbench/picture.h"

#include <algorithm>
#include <map>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"

#include "rtbench/palette.h"
#include "rtbench/table.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr int kWidth = 980, kMargin = 24, kHeader = 84;
constexpr int kBar = 14, kBarStep = 18, kGroupTitle = 26, kGroupGap = 18;
constexpr int kNameWidth = 104, kValueWidth = 56;
struct Column {
  const char* title;
  const char* field;
};
constexpr Column kColumns[] = {{"start to first output, ms", "cold_ms"},
                               {"steady p50, ms", "p50_ms"},
                               {"peak memory, MB", "peak_rss_mb"}};
constexpr int kColumnCount = 3;
constexpr int kColumnWidth = (kWidth - 2 * kMargin - kNameWidth) / kColumnCount;

constexpr char kStyle[] =
    "text{font:12px system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;fill:#1f2733}"
    ".page{fill:#fff}.title{font-size:18px;font-weight:600}.group{font-weight:600}"
    ".quiet{fill:#667085}.value{font-variant-numeric:tabular-nums}.rule{stroke:#e4e7ec}"
    "@media(prefers-color-scheme:dark){text{fill:#e6e9ef}.page{fill:#12161d}.quiet{fill:#98a2b3}"
    ".rule{stroke:#2a313c}}";

std::string Escaped(const std::string& text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}});
}

std::string Text(int x, int y, const char* style, const std::string& text) {
  return absl::StrFormat("<text x=\"%d\" y=\"%d\" class=\"%s\">%s</text>\n", x, y, style,
                         Escaped(text));
}

double Value(const json& row, const char* field) {
  return row.contains(field) && row[field].is_number() ? row[field].get<double>() : 0;
}

using Groups = std::vector<std::pair<std::string, std::vector<const json*>>>;

Groups GroupsOf(const json& rows) {
  Groups groups;
  for (const json& row : rows) {
    const std::string name = GroupName(row);
    if (groups.empty() || groups.back().first != name)
      groups.emplace_back(name, std::vector<const json*>());
    groups.back().second.push_back(&row);
  }
  return groups;
}

std::string DrawBars(const std::vector<const json*>& group, int top,
                     const std::map<std::string, std::string>& colours) {
  std::string out;
  for (int c = 0; c < kColumnCount; ++c) {
    double most = 0;
    for (const json* row : group) most = std::max(most, Value(*row, kColumns[c].field));
    const int left = kMargin + kNameWidth + c * kColumnWidth;
    for (size_t i = 0; i < group.size() && most > 0; ++i) {
      const double value = Value(*group[i], kColumns[c].field);
      const int y = top + static_cast<int>(i) * kBarStep;
      const double width = value / most * (kColumnWidth - kValueWidth - 16);
      absl::StrAppend(&out, absl::StrFormat("<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" "
                                            "rx=\"3\" fill=\"%s\"/>\n",
                                            left, y, std::max(width, value > 0 ? 1.5 : 0.0), kBar,
                                            colours.at(group[i]->at("policy").get<std::string>())));
      absl::StrAppend(&out, Text(left + static_cast<int>(width) + 6, y + 11, "value",
                                 Figure(*group[i], kColumns[c].field)));
    }
  }
  return out;
}

}  // namespace

std::string DrawPicture(const json& report) {
  const Groups groups = GroupsOf(report.at("rows"));
  const std::map<std::string, std::string> colours = ColoursOf(report.at("rows"));
  std::string body;
  int y = kHeader;
  for (const auto& [name, rows] : groups) {
    absl::StrAppend(
        &body, absl::StrFormat("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" class=\"rule\"/>\n",
                               kMargin, kWidth - kMargin, y, y));
    absl::StrAppend(&body, Text(kMargin, y + 19, "group", name));
    y += kGroupTitle;
    for (size_t i = 0; i < rows.size(); ++i) {
      absl::StrAppend(&body, Text(kMargin, y + static_cast<int>(i) * kBarStep + 11, "quiet",
                                  rows[i]->at("policy").get<std::string>()));
    }
    absl::StrAppend(&body, DrawBars(rows, y, colours));
    y += static_cast<int>(rows.size()) * kBarStep + kGroupGap;
  }
  const json& environment = report.at("environment");
  std::string head = Text(kMargin, 34, "title", "Kairos: policies and peers");
  absl::StrAppend(&head, Text(kMargin, 54, "quiet",
                              absl::StrCat(environment.value("cpu", ""), ", ",
                                           environment.value("date", "").substr(0, 10),
                                           "; shorter is better, each model has its own scale")));
  for (int c = 0; c < kColumnCount; ++c) {
    absl::StrAppend(&head, Text(kMargin + kNameWidth + c * kColumnWidth, kHeader - 8, "quiet",
                                kColumns[c].title));
  }
  return absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
      "height=\"%d\">\n"
      "<style>%s</style>\n<rect width=\"100%%\" height=\"100%%\" class=\"page\"/>\n%s%s</svg>\n",
      kWidth, y, kWidth, y, kStyle, head, body);
}

}  // namespace kairos

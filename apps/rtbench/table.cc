#include "rtbench/table.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "rtbench/phases.h"
#include "rtbench/statistics.h"
#include "rtbench/text.h"

namespace kairos {
namespace {

using nlohmann::json;
using Group = std::vector<const json*>;

// A figure with half of its interval in percent: "12.3 ± 4%".
std::string WithInterval(const json& row, const char* field, const char* interval) {
  if (!row.contains(field)) return "-";
  const double value = row.at(field);
  if (!row.contains(interval) || value <= 0) return Significant(value);
  const double half = (row[interval][1].get<double>() - row[interval][0].get<double>()) / 2;
  return absl::StrFormat("%s ±%2.0f%%", Significant(value), 100 * half / value);
}

std::string Name(const json& row) {
  return absl::StrFormat("  %-13.13s", row.at("policy").get<std::string>());
}

std::string Outputs(const json& row) {
  if (!row.contains("same_bits")) return "-";
  if (row.at("compared_with") == row.at("policy")) return "=";
  if (row.at("same_bits").get<bool>()) return "same";
  if (!row.at("max_abs_diff").is_number()) return row.at("max_abs_diff").get<std::string>();
  const double scale = row.at("output_scale");
  return absl::StrFormat("%.0e", row.at("max_abs_diff").get<double>() / (scale > 0 ? scale : 1));
}

// One line per row: its name, then the fields in columns of `width`.
void AppendColumns(const Group& group,
                   const std::vector<std::pair<const char*, const char*>>& columns, size_t width,
                   std::string* out) {
  absl::StrAppend(out, std::string(15, ' '));
  for (const auto& [title, field] : columns) absl::StrAppend(out, Right(title, width));
  out->push_back('\n');
  for (const json* row : group) {
    absl::StrAppend(out, Name(*row));
    for (const auto& [title, field] : columns)
      absl::StrAppend(out, Right(Figure(*row, field), width));
    out->push_back('\n');
  }
}

void AppendMain(const Group& group, std::string* out) {
  absl::StrAppend(
      out, std::string(15, ' '),
      "     cold ms       p50 ms     p90     p99   p99.9     max   runs/s peak MB  outputs\n");
  for (const json* row : group) {
    absl::StrAppend(out, Name(*row), Right(WithInterval(*row, "cold_ms", "cold_ci_ms"), 12),
                    Right(WithInterval(*row, "p50_ms", "p50_ci_ms"), 13));
    for (const char* field : {"p90_ms", "p99_ms", "p999_ms", "max_ms"}) {
      absl::StrAppend(out, Right(Figure(*row, field), 8));
    }
    absl::StrAppend(out, Right(Figure(*row, "throughput_per_s"), 9),
                    Right(Figure(*row, "peak_rss_mb"), 8), Right(Outputs(*row), 9), "\n");
    if (row->contains("error")) {
      AppendWrapped("  ! ", row->at("error").get<std::string>(), out);
    }
  }
}

// "  cold start, times that of jit: onnxruntime 1.23, torch_compile 210"; of other runtimes alone.
void AppendPeerStarts(const Group& group, std::string* out) {
  std::string text;
  for (const json* row : group) {
    if (!row->value("is_peer", false) || !row->contains("cold_ratio")) continue;
    absl::StrAppend(&text,
                    text.empty() ? absl::StrCat("cold start, times that of ",
                                                row->at("compared_with").get<std::string>(), ": ")
                                 : ", ",
                    row->at("policy").get<std::string>(), " ", Figure(*row, "cold_ratio"));
  }
  if (text.empty()) return;
  out->push_back('\n');
  AppendWrapped("  ", text, out);
}

// ms; with two decimals at most, which is what there is room for.
std::string PhaseFigure(double ms) {
  return ms < 9.95 ? absl::StrFormat("%.2f", ms) : Significant(ms);
}

void AppendPhases(const Group& group, std::string* out) {
  Group whole;
  std::copy_if(group.begin(), group.end(), std::back_inserter(whole), [](const json* row) {
    return row->contains("phases_ms") && !row->value("is_peer", false);
  });
  const auto time_of = [](const json* row, const Phase& phase) {
    return row->at("phases_ms").value(std::string(phase.name), 0.0);
  };
  std::vector<Phase> shown;
  std::copy_if(kPhases.begin(), kPhases.end(), std::back_inserter(shown), [&](const Phase& phase) {
    return std::any_of(whole.begin(), whole.end(),
                       [&](const json* row) { return time_of(row, phase) >= 0.005; });
  });
  if (shown.empty()) return;
  absl::StrAppend(out, "\n  cold start, ms ");
  for (const Phase& phase : shown) absl::StrAppend(out, Right(std::string(phase.title), 6));
  out->push_back('\n');
  for (const json* row : whole) {
    absl::StrAppend(out, Name(*row), "  ");
    for (const Phase& phase : shown) {
      absl::StrAppend(out, Right(PhaseFigure(time_of(row, phase)), 6));
    }
    out->push_back('\n');
  }
}

void AppendBreakEven(const Group& group, std::string* out) {
  Group whole;
  std::copy_if(group.begin(), group.end(), std::back_inserter(whole),
               [](const json* row) { return row->contains("break_even"); });
  if (whole.size() < 2) return;
  absl::StrAppend(out, "\n  start has paid back after so many runs, against\n               ");
  for (const json* row : whole) {
    absl::StrAppend(out, absl::StrFormat("%12.12s", row->at("policy").get<std::string>()));
  }
  out->push_back('\n');
  for (const json* row : whole) {
    absl::StrAppend(out, Name(*row));
    for (const json* other : whole) {
      std::string text = "";
      const json& all = row->at("break_even");
      const std::string name = other->at("policy");
      if (all.contains(name)) {
        const json& runs = all[name].at("runs");
        text = runs.is_null() ? "never" : absl::StrCat(runs.get<size_t>());
        // Resampled processes that disagree: not to be relied on.
        const bool sure = all[name].at("low") == runs && all[name].at("high") == runs;
        if (!sure) text += "?";
      }
      absl::StrAppend(out, Right(text, 12));
    }
    out->push_back('\n');
  }
}

void AppendLoad(const Group& group, std::string* out) {
  for (const json* row : group) {
    if (row->contains("sessions")) {
      const json& s = row->at("sessions");
      const auto ms = s.at("samples_ms").get<std::vector<double>>();
      absl::StrAppend(out, Name(*row), s.at("count").get<int>(),
                      " sessions: ", Significant(s.at("throughput_per_s")), " runs/s, p50 ",
                      Significant(Median(ms)), " ms, p99 ", Significant(Quantile(ms, 0.99)),
                      " ms, max ", Significant(Quantile(ms, 1)), " ms, ",
                      Significant(s.at("mb_per_session")), " MB each\n");
    }
    if (row->contains("churn")) {
      const json& churn = row->at("churn");
      std::vector<double> ms;
      for (const json& call : churn.at("calls")) ms.push_back(call[1].get<double>());
      absl::StrAppend(out, Name(*row), "churn: ", ms.size(), " calls in ",
                      Significant(churn.at("total_ms").get<double>() / 1e3), " s, p50 ",
                      Significant(Median(ms)), " ms, p99 ", Significant(Quantile(ms, 0.99)),
                      " ms, max ", Significant(Quantile(ms, 1)), " ms, memory +",
                      Significant(churn.at("grown_mb")), " MB\n");
    }
  }
}

void AppendParity(const Group& group, std::string* out) {
  bool titled = false;
  for (const json* row : group) {
    if (!row->contains("parity")) continue;
    if (!titled) {
      absl::StrAppend(out, "\n  parity with the reference, largest over all\n  ",
                      Right("outputs: max abs", 29), Right("max rel", 10), Right("max ulp", 10),
                      Right("values: max abs", 18), Right("max rel", 10), Right("over", 7), "\n");
    }
    titled = true;
    absl::StrAppend(out, Name(*row));
    for (const bool outputs : {true, false}) {
      double abs = 0, rel = 0;
      uint64_t ulp = 0, over = 0;
      for (const json& diff : row->at("parity").at(outputs ? "outputs" : "values")) {
        const bool finite = diff["max_abs"].is_number() && diff["max_rel"].is_number();
        abs = std::max(abs, finite ? diff["max_abs"].get<double>() : HUGE_VAL);
        rel = std::max(rel, finite ? diff["max_rel"].get<double>() : HUGE_VAL);
        ulp = std::max(ulp, diff["max_ulp"].get<uint64_t>());
        over += diff["over"].get<bool>() ? 1 : 0;
      }
      absl::StrAppend(out, Right(absl::StrFormat("%.1e", abs), outputs ? 16 : 18),
                      Right(absl::StrFormat("%.1e", rel), 10),
                      outputs ? Right(absl::StrCat(ulp), 10) : Right(absl::StrCat(over), 7));
    }
    out->push_back('\n');
  }
}

void AppendGroup(const Group& group, std::string* out) {
  out->push_back('\n');
  AppendWrapped("", GroupName(*group.front()), out);
  AppendMain(group, out);
  const bool measured = std::any_of(group.begin(), group.end(),
                                    [](const json* row) { return row->contains("cold_ms"); });
  if (!measured) return;
  AppendPeerStarts(group, out);
  AppendPhases(group, out);
  out->push_back('\n');
  AppendColumns(group,
                {{"compiles", "compiles"},
                 {"plan", "plan_hits"},
                 {"cached", "cache_hits"},
                 {"fallb", "fallbacks"},
                 {"unseen", "unseen_ms"},
                 {"CPU/run", "cpu_ms_per_run"},
                 {"idle %", "idle_cpu_percent"},
                 {"ns/op", "dispatch_ns"},
                 {"%peak", "peak_share"},
                 {"%copy", "bandwidth_share"}},
                8, out);
  AppendBreakEven(group, out);
  AppendLoad(group, out);
  AppendParity(group, out);
}

std::vector<Group> GroupsOf(const json& rows) {
  std::vector<Group> groups;
  for (const json& row : rows) {
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const Group& group) {
      return GroupName(*group.front()) == GroupName(row);
    });
    if (same != groups.end()) {
      same->push_back(&row);
    } else {
      groups.push_back({&row});
    }
  }
  return groups;
}

}  // namespace

std::string Figure(const json& row, const char* field) {
  if (!row.contains(field) || !row[field].is_number()) return "-";
  if (row[field].is_number_integer()) return absl::StrCat(row[field].get<int64_t>());
  const double value = row[field];
  const std::string name = field;
  const bool share = name.size() > 6 && name.compare(name.size() - 6, 6, "_share") == 0;
  return share ? absl::StrFormat("%.0f%%", 100 * value) : Significant(value);
}

std::string GroupName(const json& row) {
  std::string name = row.at("model");
  const std::string shapes = row.value("shapes", "");
  if (!shapes.empty()) absl::StrAppend(&name, "  ", shapes);
  const int threads = row.value("threads", 0);
  if (threads > 0) absl::StrAppend(&name, "  ", threads, threads == 1 ? " thread" : " threads");
  return name;
}

std::string FormatReport(const json& report) {
  std::string out;
  for (const Group& group : GroupsOf(report.at("rows"))) AppendGroup(group, &out);
  absl::StrAppend(&out,
                  "\n  ±: half of the 95 % interval of the median over processes. outputs: largest "
                  "difference from\n"
                  "  the first policy (=) by the largest value. unseen: ms of the first run at a "
                  "shape not seen\n"
                  "  before. ns/op: time outside kernels. %peak, %copy: of this machine's measured "
                  "multiply-add and\n"
                  "  copy rates. ?: the processes do not agree on it. cold: from main, peers from "
                  "after their import.\n");
  return out;
}

std::string FormatWarmup(const json& report) {
  std::string out;
  for (const Group& group : GroupsOf(report.at("rows"))) {
    absl::StrAppend(
        &out, "\n", GroupName(*group.front()), "\n",
        "  inference       warm-up ms    mean of the next 10 steps, ms    warm-up in steps\n");
    for (const json* row : group) {
      absl::StrAppend(&out, Name(*row));
      if (row->contains("error")) {
        absl::StrAppend(&out, " ! ", row->at("error").get<std::string>(), "\n");
        continue;
      }
      double sum = 0;
      for (const json& ms : row->at("warmup_ms")) sum += ms.get<double>();
      const double mean =
          sum / std::max<double>(1, static_cast<double>(row->at("warmup_ms").size()));
      const double cold = row->at("cold_ms");
      absl::StrAppend(&out, Right(Significant(cold), 13), Right(Significant(mean), 33),
                      Right(Significant(mean > 0 ? cold / mean : 0), 20), "\n");
    }
  }
  absl::StrAppend(&out,
                  "\n  warm-up: from main to the first output in a fresh process, the median of "
                  "several; a step\n"
                  "  is one inference. Training step: not in this version.\n");
  return out;
}

}  // namespace kairos

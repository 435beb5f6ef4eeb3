#include "rtbench/row.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

#include "rtbench/agreement.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, double> kQuantiles[] = {{"min_ms", 0},      {"p50_ms", 0.5},
                                                         {"p90_ms", 0.9},    {"p99_ms", 0.99},
                                                         {"p999_ms", 0.999}, {"max_ms", 1}};

std::vector<double> Values(const std::vector<json>& samples, const char* field) {
  std::vector<double> values;
  for (const json& sample : samples) {
    if (sample.contains(field) && sample[field].is_number())
      values.push_back(sample[field].get<double>());
  }
  return values;
}

void AddMedians(const std::vector<json>& samples, std::initializer_list<const char*> fields,
                json* row) {
  for (const char* field : fields) {
    std::vector<double> values = Values(samples, field);
    if (!values.empty()) (*row)[field] = Median(std::move(values));
  }
}

json Pair(const Interval& interval) { return {interval.low, interval.high}; }

void AddStart(const Case& c, json* row) {
  std::vector<json> starts = c.cold;
  starts.insert(starts.end(), c.steady.begin(), c.steady.end());
  if (starts.empty()) return;
  AddMedians(starts, {"load_ms", "first_ms", "cold_ms", "weights_mb", "arena_mb", "import_ms"},
             row);
  (*row)["cold_ci_ms"] = Pair(MedianInterval(Values(starts, "cold_ms")));
  (*row)["cold_samples_ms"] = Values(starts, "cold_ms");
  for (const char* field : {"threads", "compiles", "plan_hits", "cache_hits", "disk_hits",
                            "fallbacks", "files_mb", "counters", "engine"}) {
    for (const json& sample : starts) {
      if (sample.contains(field)) (*row)[field] = sample[field];
    }
  }
  AddMedians(c.cold, {"cold_cpu_ms", "dispatch_ns", "gflop", "traffic_mb", "operators"}, row);
  std::vector<json> phases;
  for (const json& sample : starts) {
    if (sample.contains("phases_ms")) phases.push_back(sample["phases_ms"]);
  }
  for (const json& one : phases) {
    for (const auto& [phase, ms] : one.items()) {
      (*row)["phases_ms"][phase] = Median(Values(phases, phase.c_str()));
    }
  }
}

void AddSteady(const Case& c, const json& empty, json* row) {
  if (c.steady.empty()) return;
  std::vector<double> all, medians;
  for (const json& sample : c.steady) {
    const auto runs = sample.at("samples_ms").get<std::vector<double>>();
    if (!runs.empty()) medians.push_back(Median(runs));
    all.insert(all.end(), runs.begin(), runs.end());
  }
  (*row)["runs"] = all.size();
  (*row)["samples_ms"] = all;
  if (!all.empty()) {
    for (const auto& [field, q] : kQuantiles) {
      (*row)[field] = Quantile(all, q);
    }
    (*row)["p50_ci_ms"] = Pair(MedianInterval(medians));
    (*row)["process_p50_ms"] = medians;
  }
  AddMedians(c.steady,
             {"throughput_per_s", "cpu_ms_per_run", "cpu_percent", "idle_cpu_percent", "unseen_ms"},
             row);
  for (const char* field : {"unseen_shapes", "unseen_error"}) {
    if (c.steady.back().contains(field)) (*row)[field] = c.steady.back()[field];
  }
  for (const char* field : {"peak_rss_mb", "steady_rss_mb"}) {
    // Other runtimes know better what is theirs: what their process held before they came.
    const json& before = c.steady.front().contains("empty") ? c.steady.front()["empty"] : empty;
    (*row)[field] = std::max(0.0, Median(Values(c.steady, field)) - before.value(field, 0.0));
  }
  std::vector<CostCurve> curves;
  for (const json& sample : c.steady) curves.push_back(CurveOf(sample));
  const CostCurve median = MedianCurve(curves);
  (*row)["warmup_ms"] = median.warmup_ms;
  (*row)["memory"] = c.steady.front().value("memory", json::array());
  for (json& point : (*row)["memory"]) {
    const json& before = c.steady.front().contains("empty") ? c.steady.front()["empty"] : empty;
    point[1] = std::max(0.0, point[1].get<double>() - before.value("steady_rss_mb", 0.0));
  }
}

void AddShares(const json& peak, json* row) {
  if (!row->contains("gflop") || row->value("p50_ms", 0.0) <= 0) return;
  const double p50_ms = row->at("p50_ms");
  (*row)["gflops"] = row->at("gflop").get<double>() / p50_ms * 1e3;
  (*row)["traffic_gbs"] = row->value("traffic_mb", 0.0) / p50_ms;
  const std::string threads = absl::StrCat(row->value("threads", 0));
  if (!peak.contains(threads)) return;
  (*row)["peak_share"] = row->at("gflops").get<double>() / peak[threads].at("gflops").get<double>();
  (*row)["bandwidth_share"] =
      row->at("traffic_gbs").get<double>() / peak[threads].at("copy_gbs").get<double>();
}

void AddAgreement(absl::Span<const Case> cases, const Case& c, json* row) {
  const auto is_good = [&](const Case& other) {
    return other.SameGroup(c) && !other.steady.empty();
  };
  const auto first = std::find_if(cases.begin(), cases.end(), is_good);
  if (first == cases.end() || c.steady.empty()) return;
  absl::StatusOr<Agreement> agreement =
      CompareOutputs(first->request.outputs_path, c.request.outputs_path);
  (*row)["compared_with"] = first->request.engine.policy;
  if (!agreement.ok()) {
    (*row)["error"] = std::string(agreement.status().message());
    return;
  }
  (*row)["same_bits"] = agreement->same_bits;
  (*row)["max_abs_diff"] =
      std::isfinite(agreement->max_abs_diff) ? json(agreement->max_abs_diff) : json("infinite");
  (*row)["output_scale"] = agreement->scale;
  (*row)["nan_outputs"] = agreement->nan_count;
  if (agreement->nan_count > 0) {
    (*row)["error"] = absl::StrCat("outputs hold ", agreement->nan_count, " NaN");
  }
}

std::vector<CostCurve> CurvesOf(const Case& c) {
  std::vector<CostCurve> curves;
  for (const json& sample : c.steady) {
    if (!sample.at("samples_ms").empty()) curves.push_back(CurveOf(sample));
  }
  return curves;
}

json Number(const std::optional<size_t>& n) { return n.has_value() ? json(*n) : json(); }

void AddBreakEven(absl::Span<const Case> cases, const Case& c, json* row) {
  const std::vector<CostCurve> own = CurvesOf(c);
  for (const Case& other : cases) {
    if (&other == &c || !other.SameGroup(c)) continue;
    const std::vector<CostCurve> theirs = CurvesOf(other);
    if (own.empty() || theirs.empty()) continue;
    const BreakEvenRange range = BreakEvenOf(own, theirs);
    (*row)["break_even"][other.request.engine.policy] = {
        {"runs", Number(range.runs)}, {"low", Number(range.low)}, {"high", Number(range.high)}};
  }
}

// What all rows of a group have in common, and not every one of them could say: other runtimes do
// not tell how much arithmetic there is, and a row that failed not how many threads there were.
void ShareFacts(absl::Span<const Case> cases, json* rows) {
  for (size_t i = 0; i < cases.size(); ++i) {
    for (size_t j = 0; j < cases.size(); ++j) {
      if (!cases[i].SameGroup(cases[j])) continue;
      json &row = (*rows)[i], &other = (*rows)[j];
      if (!row.contains("gflop") && other.contains("gflop")) row["gflop"] = other["gflop"];
      if (row["threads"] == 0) row["threads"] = other["threads"];
    }
  }
}

// Starts, by that of the row whose outputs are compared with.
void AddColdRatios(absl::Span<const Case> cases, json* rows) {
  for (size_t i = 0; i < cases.size(); ++i) {
    json& row = (*rows)[i];
    for (size_t j = 0; j < cases.size(); ++j) {
      const json& first = (*rows)[j];
      if (!cases[i].SameGroup(cases[j])) continue;
      if (first.at("policy") != row.value("compared_with", "")) continue;
      if (!row.contains("cold_ms") || first.value("cold_ms", 0.0) <= 0) continue;
      row["cold_ratio"] = row.at("cold_ms").get<double>() / first.at("cold_ms").get<double>();
      break;
    }
  }
}

}  // namespace

CostCurve CurveOf(const json& steady) {
  return {steady.at("cold_ms"), steady.at("warmup_ms").get<std::vector<double>>(),
          Median(steady.at("samples_ms").get<std::vector<double>>())};
}

json MakeRows(absl::Span<const Case> cases, const json& empty, const json& peak) {
  json rows = json::array();
  for (const Case& c : cases) {
    json row = {{"model", std::filesystem::path(c.request.model).stem().string()},
                {"policy", c.request.engine.policy},
                {"shapes", c.request.shapes.empty() ? "" : FormatShapeArg(c.request.shapes)},
                {"threads", c.request.engine.threads},
                {"is_peer", c.is_peer},
                {"processes", c.cold.size() + c.steady.size()},
                {"device_memory_mb", nullptr}};
    AddStart(c, &row);
    AddSteady(c, empty, &row);
    AddAgreement(cases, c, &row);
    AddBreakEven(cases, c, &row);
    if (!c.churn.is_null()) row["churn"] = c.churn;
    if (!c.sessions.is_null()) row["sessions"] = c.sessions;
    if (!c.parity.is_null()) {
      row["parity"] = c.parity;
      if (!c.parity.at("ok").get<bool>())
        row["error"] = "parity: " + c.parity.at("verdict").get<std::string>();
    }
    if (!c.error.empty()) {
      row["error"] = c.error;
    } else if (row.value("runs", 0) == 0 && !row.contains("error")) {
      row["error"] = "nothing measured: 0 steady runs";
    }
    rows.push_back(std::move(row));
  }
  ShareFacts(cases, &rows);
  AddColdRatios(cases, &rows);
  for (json& row : rows) AddShares(peak, &row);
  return rows;
}

}  // namespace kairos

#include "rtbench/measure.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "common/bucket_arg.h"
#include "common/cli.h"
#include "common/file_io.h"
#include "rtbench/case.h"
#include "rtbench/machine.h"
#include "rtbench/page.h"
#include "rtbench/peak.h"
#include "rtbench/peer_inputs.h"
#include "rtbench/picture.h"
#include "rtbench/row.h"
#include "rtbench/runner.h"
#include "rtbench/subject.h"
#include "rtbench/table.h"

namespace kairos {
namespace {

using nlohmann::json;

constexpr size_t kMaxReportBytes = size_t{1} << 30;

absl::Status WriteText(const std::string& path, const std::string& text) {
  const absl::string_view part = text;
  return WriteFile(path, absl::MakeConstSpan(&part, 1));
}

// The probe is short, so it runs once per thread count that is measured.
json PeaksFor(const Options& options) {
  std::vector<int> counts = options.threads;
  if (counts.empty()) counts.push_back(DefaultThreadCount());
  json peaks = json::object();
  for (int count : counts) {
    const std::unique_ptr<ThreadPool> pool = NewThreadPool(count);
    const Peak peak = MeasurePeak(*pool);
    peaks[absl::StrCat(count)] = {{"gflops", peak.gflops}, {"copy_gbs", peak.copy_gbs}};
  }
  return peaks;
}

void ShowProgress(const Progress& progress, double elapsed_s) {
  if (isatty(STDERR_FILENO) == 0) return;
  const double left_s =
      progress.done > 0 ? elapsed_s / progress.done * (progress.total - progress.done) : 0;
  const std::string model = std::filesystem::path(progress.current->request.model).stem().string();
  std::fprintf(stderr, "\r[%d/%d] %s, %s, %s; %.0f s left \033[K", progress.done, progress.total,
               model.c_str(), progress.current->request.engine.policy.c_str(),
               progress.kind.c_str(), left_s);
}

// Puts the traces of all rows into one file.
absl::Status JoinTraces(const std::string& directory, size_t count, const std::string& path) {
  json all = {{"displayTimeUnit", "ms"}, {"traceEvents", json::array()}};
  for (size_t i = 0; i < count; ++i) {
    absl::StatusOr<std::string> text =
        ReadFile(absl::StrCat(directory, "/", i, ".trace"), kMaxReportBytes);
    if (!text.ok()) continue;  // of a row that failed, which says so itself
    const json trace = json::parse(*text, nullptr, false);
    if (trace.is_discarded()) continue;
    for (const json& event : trace["traceEvents"]) all["traceEvents"].push_back(event);
  }
  return WriteText(path, all.dump() + "\n");
}

json OptionsOf(const Options& options) {
  return {{"repeats", options.repeats},
          {"seconds", options.sample.seconds},
          {"warmup_runs", options.sample.warmup_runs},
          {"min_runs", options.sample.min_runs},
          {"budget_s", options.budget_s},
          {"backend", options.sample.engine.backend},
          {"cache", options.sample.engine.cache},
          {"strict", options.sample.engine.strict}};
}

json Warnings(const Options& options, double before, double during, bool complete) {
  std::vector<std::string> warnings = BusyWarnings(before, during);
  if (!complete) warnings.emplace_back("The time budget ended the measurement before all repeats.");
  warnings.insert(warnings.end(), options.warnings.begin(), options.warnings.end());
  return warnings;
}

RunPlan PlanFor(const Options& options, const std::string& directory, int64_t start_ns) {
  RunPlan plan;
  plan.repeats = options.repeats;
  plan.seconds = options.sample.seconds;
  plan.budget_s = options.budget_s;
  plan.churn = !options.churn.empty();
  plan.sessions = options.sample.sessions > 1;
  plan.parity = options.parity;
  if (!options.trace_path.empty()) plan.trace_directory = directory;
  plan.elapsed_s = [start_ns] { return static_cast<double>(SteadyNowNs() - start_ns) / 1e9; };
  plan.on_progress = [elapsed_s = plan.elapsed_s](const Progress& p) {
    ShowProgress(p, elapsed_s());
  };
  return plan;
}

absl::Status FirstError(absl::Status first, const absl::Status& second) {
  first.Update(second);
  return first;
}

}  // namespace

absl::StatusOr<json> ReadReport(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxReportBytes);
  if (!text.ok()) return text.status();
  json report = json::parse(*text, nullptr, false);
  const bool sound = report.is_object() && report.contains("environment") &&
                     report.contains("rows") && report["rows"].is_array();
  if (!sound) return absl::InvalidArgumentError(absl::StrCat(path, ": not a report of rtbench"));
  return report;
}

absl::Status Publish(const json& report, const Options& options) {
  for (const json& warning : report.at("environment").value("warnings", json::array())) {
    PrintToolError("rtbench", "warning: " + warning.get<std::string>());
  }
  const bool warmup = options.experiment == "warmup";
  const std::string text = warmup ? FormatWarmup(report) : FormatReport(report);
  absl::Status status;
  if (std::fputs(text.c_str(), stdout) < 0 || std::fflush(stdout) != 0) {
    status = absl::UnavailableError("stdout: cannot write");
  }
  if (!options.json_path.empty()) {
    status.Update(WriteText(options.json_path,
                            report.dump(1, ' ', false, json::error_handler_t::replace) + "\n"));
  }
  if (!options.html_path.empty()) status.Update(WriteText(options.html_path, MakePage(report)));
  if (!options.svg_path.empty()) status.Update(WriteText(options.svg_path, DrawPicture(report)));
  return status;
}

absl::Status Measure(const Options& given) {
  Options options = given;
  if (!options.churn.empty()) {
    absl::StatusOr<Churn> churn = ParseChurn(options.churn);
    if (!churn.ok()) return churn.status();
    options.sample.churn = *churn;
  }
  if (auto buckets = ParseBucketArgs(options.sample.buckets); !buckets.ok())
    return buckets.status();
  if (options.experiment == "warmup") {
    options.sample.seconds = 0;
    options.sample.min_runs = 1;
    options.sample.warmup_runs = 10;
  }
  std::string directory = (std::filesystem::temp_directory_path() / "rtbench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat(directory, ": cannot make a temporary directory"));
  }
  absl::Cleanup remove = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  };
  const TakeSampleFn take = ChildSampler(options);
  SampleRequest nothing;
  nothing.kind = "empty";
  absl::StatusOr<json> empty = take(nothing, false);
  if (!empty.ok()) return empty.status();
  json environment = Environment();
  const double busy_before = BusyPercentNow();
  environment["peak"] = PeaksFor(options);
  environment["options"] = OptionsOf(options);

  std::vector<Case> cases = MakeCases(options, directory);
  PreparePeers(directory, !options.churn.empty(), &cases);
  IdleCheck idle;
  const double cpu_before_ms = ChildrenCpuMs();
  const bool complete = RunCases(PlanFor(options, directory, SteadyNowNs()), take, &cases);
  const double busy_during = idle.OthersPercent(ChildrenCpuMs() - cpu_before_ms);
  if (isatty(STDERR_FILENO) != 0) std::fprintf(stderr, "\r\033[K");

  environment["busy_percent"] = {{"before", busy_before}, {"during", busy_during}};
  environment["warnings"] = Warnings(options, busy_before, busy_during, complete);
  const json peak = environment["peak"];
  const json report = {{"environment", std::move(environment)},
                       {"rows", MakeRows(cases, *empty, peak)}};
  absl::Status status = Publish(report, options);
  if (!options.trace_path.empty()) {
    status = FirstError(status, JoinTraces(directory, cases.size(), options.trace_path));
  }
  if (!status.ok()) return status;
  const auto failed = std::count_if(report["rows"].begin(), report["rows"].end(),
                                    [](const json& row) { return row.contains("error"); });
  if (failed == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(failed, " of ", cases.size(), " rows failed"));
}

}  // namespace kairos

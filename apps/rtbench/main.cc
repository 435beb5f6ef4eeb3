// rtbench: compares execution policies on a model. Each sample is a fresh process; the policies
// take turns, so that a drift of the machine's speed meets all of them.
//
//   rtbench MODEL.kai ...            measure
//   rtbench compare MODEL.onnx ...   convert, compile, and measure beside other runtimes
//   rtbench diff A.json B.json       what changed beyond noise
//   rtbench show A.json ...          print, join and draw results that are there already
//   rtbench dispatch                 what the executor itself takes per operator, and to find a
//   Program
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "common/cli.h"
#include "rtbench/compare.h"
#include "rtbench/diff.h"
#include "rtbench/dispatch.h"
#include "rtbench/measure.h"
#include "rtbench/sample.h"
#include "rtbench/table.h"

namespace kairos {
namespace {

using nlohmann::json;

absl::Status RunAsChild(const std::string& text, int64_t main_ns) {
  absl::StatusOr<SampleRequest> request = RequestFromJson(text);
  if (!request.ok()) return request.status();
  absl::StatusOr<json> sample = TakeSample(*request, MakeSubject(*request), main_ns);
  if (!sample.ok()) return sample.status();
  const std::string line = sample->dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  if (std::fputs(line.c_str(), stdout) >= 0 && std::fflush(stdout) == 0) return absl::OkStatus();
  return absl::UnavailableError("stdout: cannot write");
}

int Child(int argc, char** argv, int64_t main_ns) {
  const absl::Status status = argc == 3 ? RunAsChild(argv[2], main_ns)
                                        : absl::InvalidArgumentError("--child takes a request");
  if (!status.ok()) PrintToolError("rtbench", status.message());
  return status.ok() ? 0 : 1;
}

int DiffTool(int argc, char** argv) {
  std::string before, after;
  DiffOptions options;
  CLI::App app(
      "Says what changed between two results beyond noise; status 1 if anything got worse.",
      "rtbench diff");
  app.add_option("BEFORE", before, "result of --json")->required();
  app.add_option("AFTER", after, "result of --json")->required();
  app.add_option("--threshold", options.threshold, "relative change that is too small to matter")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  return RunTool(app, argc, argv, [&]() -> absl::Status {
    absl::StatusOr<json> a = ReadReport(before);
    if (!a.ok()) return a.status();
    absl::StatusOr<json> b = ReadReport(after);
    if (!b.ok()) return b.status();
    absl::StatusOr<Diff> diff = DiffReports(*a, *b, options);
    if (!diff.ok()) return diff.status();
    std::fputs(diff->text.c_str(), stdout);
    if (diff->worse == 0) return absl::OkStatus();
    return absl::InternalError(absl::StrCat(
        diff->worse, diff->worse == 1 ? " figure is" : " figures are", " worse than before"));
  });
}

// Rows of all files; what is known of the machine from the first.
absl::StatusOr<json> JoinReports(const std::vector<std::string>& paths) {
  json joined;
  for (const std::string& path : paths) {
    absl::StatusOr<json> report = ReadReport(path);
    if (!report.ok()) return report.status();
    if (joined.is_null()) {
      joined = *std::move(report);
      continue;
    }
    for (json& row : (*report)["rows"]) joined["rows"].push_back(std::move(row));
    for (const json& warning : (*report)["environment"].value("warnings", json::array())) {
      joined["environment"]["warnings"].push_back(warning);
    }
  }
  return joined;
}

int ShowTool(int argc, char** argv) {
  std::vector<std::string> paths;
  Options options;
  bool markdown = false;
  CLI::App app("Prints results that were written with --json, joined; nothing is measured.",
               "rtbench show");
  app.add_option("RESULT", paths, "results of --json")->required();
  app.add_flag("--markdown", markdown, "print one table in Markdown instead");
  AddOutputOptions(app, &options);
  return RunTool(app, argc, argv, [&]() -> absl::Status {
    absl::StatusOr<json> report = JoinReports(paths);
    if (!report.ok()) return report.status();
    try {  // the JSON library throws on fields that are absent or of another type
      if (!markdown) return Publish(*report, options);
      std::fputs(FormatMarkdown(*report).c_str(), stdout);
      return absl::OkStatus();
    } catch (const json::exception& error) {
      return absl::InvalidArgumentError(absl::StrCat("not a report of rtbench: ", error.what()));
    }
  });
}

constexpr std::pair<int, int> kFoundInputs[] = {{1, 4}, {2, 2}, {8, 4}, {32, 8}};

absl::Status ShowDispatch(int operators, int runs, double at_most_ns) {
  absl::StatusOr<DispatchCost> cost = MeasureDispatch(operators, runs, SteadyNowNs);
  if (!cost.ok()) return cost.status();
  std::printf(
      "%d operators that do nothing, 1 thread, median of %d runs: %.1f ns per operator, "
      "%.1f ns watched\n",
      operators, runs, cost->unwatched_ns, cost->watched_ns);
  if (at_most_ns == 0 || cost->unwatched_ns <= at_most_ns) return absl::OkStatus();
  return absl::InternalError(absl::StrFormat("%.1f ns per operator, expected at most %.1f",
                                             cost->unwatched_ns, at_most_ns));
}

// `at_most_ns`: besides 1 ns for each dimension.
absl::Status ShowFind(int repeats, double at_most_ns) {
  for (const auto& [inputs, dimensions] : kFoundInputs) {
    absl::StatusOr<double> ns = MeasureFind(inputs, dimensions, repeats, SteadyNowNs);
    if (!ns.ok()) return ns.status();
    const std::string what = absl::StrFormat("the Program of %d input%s of %d dimensions", inputs,
                                             inputs == 1 ? "" : "s", dimensions);
    std::printf("%s found in %.1f ns\n", what.c_str(), *ns);
    const double limit_ns = at_most_ns + inputs * dimensions;
    if (at_most_ns == 0 || *ns <= limit_ns) continue;
    return absl::InternalError(
        absl::StrFormat("%s found in %.1f ns, expected at most %.1f", what, *ns, limit_ns));
  }
  return absl::OkStatus();
}

int DispatchTool(int argc, char** argv) {
  int operators = 1000, runs = 2000;
  double at_most_ns = 0, find_at_most_ns = 0;
  CLI::App app(
      "Measures what the executor takes per operator, watched and unwatched, and to find the "
      "Program of a signature that it knows.",
      "rtbench dispatch");
  app.add_option("--operators", operators, "length of the chain; its kernels do nothing")
      ->check(CLI::Range(1, 100000))
      ->capture_default_str();
  app.add_option("--runs", runs, "how often it runs")
      ->check(CLI::Range(1, 1000000))
      ->capture_default_str();
  app.add_option("--at-most", at_most_ns, "fail when an unwatched operator takes longer, in ns")
      ->check(CLI::PositiveNumber);
  app.add_option("--find-at-most", find_at_most_ns,
                 "fail when finding a Program takes longer, in ns, besides 1 for each dimension")
      ->check(CLI::PositiveNumber);
  return RunTool(app, argc, argv, [&] {
    absl::Status status = ShowDispatch(operators, runs, at_most_ns);
    status.Update(ShowFind(runs, find_at_most_ns));
    return status;
  });
}

int MeasureTool(int argc, char** argv) {
  Options options;
  options.program = argv[0];
  CLI::App app("Compares execution policies: start, latency, memory.", "rtbench");
  AddOptions(app, &options);
  app.footer(
      "rtbench compare MODEL.onnx, rtbench diff A.json B.json, rtbench show A.json, rtbench "
      "dispatch: see --help of each");
  return RunTool(app, argc, argv, [&] { return Measure(options); });
}

int CompareTool(int argc, char** argv) {
  Options options;
  options.program = argv[0];
  options.peers = {"onnxruntime", "openvino"};
  CLI::App app("Converts and compiles ONNX models, and measures them beside other runtimes.",
               "rtbench compare");
  AddOptions(app, &options);
  return RunTool(app, argc, argv, [&] { return Compare(options); });
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  const int64_t main_ns = kairos::SteadyNowNs();
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--child") return kairos::Child(argc, argv, main_ns);
  // The subcommands see argv without their own name, but with the program's.
  std::vector<char*> rest(argv, argv + argc);
  if (argc > 1) rest.erase(rest.begin() + 1);
  if (first == "diff") return kairos::DiffTool(argc - 1, rest.data());
  if (first == "show") return kairos::ShowTool(argc - 1, rest.data());
  if (first == "dispatch") return kairos::DispatchTool(argc - 1, rest.data());
  if (first == "compare") return kairos::CompareTool(argc - 1, rest.data());
  return kairos::MeasureTool(argc, argv);
}

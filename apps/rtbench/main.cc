// rtbench: compares execution policies on a model. Each sample is a fresh process; the policies
// take turns, so that a drift of the machine's speed meets all of them.
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "common/cli.h"
#include "common/engine.h"
#include "common/file_io.h"
#include "rtbench/agreement.h"
#include "rtbench/child_process.h"
#include "rtbench/report.h"
#include "rtbench/sample.h"

namespace kairos {
namespace {

using nlohmann::json;

struct Options {
  std::string program;
  std::vector<std::string> models;
  std::vector<std::string> policies = {"eager", "jit", "aot"};
  std::vector<std::vector<NamedShape>> shapes;
  std::string json_path;
  int repeats = 5;
  SampleRequest sample;
  bool is_child = false, is_empty_child = false;
};

// A combination to measure, and what was measured so far.
struct Case {
  std::string model, policy, shapes;
  std::string outputs_path;  // where its first process leaves what it computed
  std::vector<json> samples;
  std::string error;
};

absl::StatusOr<json> RunSampleChild(const std::vector<std::string>& command) {
  absl::StatusOr<ChildResult> child = RunChild(command);
  if (!child.ok()) return child.status();
  if (child->exit_code != 0) {
    std::string reason = child->err.substr(0, child->err.find('\n'));
    if (reason.rfind("rtbench: ", 0) == 0) reason = reason.substr(9);
    if (reason.empty()) reason = absl::StrCat("ended with status ", child->exit_code);
    return absl::InternalError(reason);
  }
  json parsed = json::parse(child->out, nullptr, false);
  if (parsed.is_discarded()) return absl::InternalError("child printed no JSON");
  return parsed;
}

std::vector<std::string> ChildCommand(const Options& options, const Case& c) {
  std::vector<std::string> command = {options.program, c.model, "--child", "--policies", c.policy,
                                      "--seconds",
                                      absl::StrCat(options.sample.seconds / options.repeats)};
  if (!c.shapes.empty()) command.insert(command.end(), {"--shape", c.shapes});
  const EngineOptions& engine = options.sample.engine;
  if (engine.threads > 0) {
    command.insert(command.end(), {"--threads", absl::StrCat(engine.threads)});
  }
  if (!engine.backend.empty()) command.insert(command.end(), {"--backend", engine.backend});
  if (engine.strict) command.push_back("--strict");
  if (c.samples.empty()) command.insert(command.end(), {"--child-outputs", c.outputs_path});
  return command;
}

std::vector<Case> MakeCases(const Options& options, const std::string& directory) {
  std::vector<Case> cases;
  for (const std::string& model : options.models) {
    for (size_t s = 0; s < std::max<size_t>(options.shapes.size(), 1); ++s) {
      const std::string shapes =
          options.shapes.empty() ? "" : FormatShapeArg(options.shapes[s]);
      for (const std::string& policy : options.policies) {
        cases.push_back({model, policy, shapes, absl::StrCat(directory, "/", cases.size())});
      }
    }
  }
  return cases;
}

// The first case of the same model and shapes that ran.
const Case& Baseline(const std::vector<Case>& cases, const Case& c) {
  for (const Case& other : cases) {
    if (other.model == c.model && other.shapes == c.shapes && other.error.empty()) return other;
  }
  return c;
}

json Row(const Case& c, const Case& baseline, const json& empty) {
  json row = {{"model", std::filesystem::path(c.model).stem().string()},
              {"policy", c.policy},
              {"shapes", c.shapes}};
  if (!c.error.empty()) {
    row["error"] = c.error;
  } else {
    row.update(MergeSamples(c.samples, empty));
    absl::StatusOr<Agreement> agreement = CompareOutputs(baseline.outputs_path, c.outputs_path);
    row["compared_with"] = baseline.policy;
    if (agreement.ok()) {
      row["same_bits"] = agreement->same_bits;
      row["max_abs_diff"] = agreement->max_abs_diff;
      row["output_scale"] = agreement->scale;
    } else {
      row["error"] = std::string(agreement.status().message());
    }
  }
  return row;
}

void ShowProgress(int done, int total, const Case& c) {
  if (isatty(STDERR_FILENO) == 0) return;
  std::fprintf(stderr, "\r[%d/%d] %s %s \033[K", done, total, c.policy.c_str(), c.model.c_str());
  if (done == total) std::fprintf(stderr, "\r\033[K");
}

absl::Status Measure(const Options& options) {
  absl::StatusOr<json> empty = RunSampleChild({options.program, "none", "--empty-child"});
  if (!empty.ok()) return empty.status();
  std::string directory = (std::filesystem::temp_directory_path() / "rtbench-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) {
    return absl::UnavailableError(absl::StrCat(directory, ": cannot make a temporary directory"));
  }
  absl::Cleanup remove = [&] {
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
  };
  std::vector<Case> cases = MakeCases(options, directory);
  const int total = static_cast<int>(cases.size()) * options.repeats;
  int done = 0;
  for (int repeat = 0; repeat < options.repeats; ++repeat) {
    for (Case& c : cases) {
      ShowProgress(++done, total, c);
      if (!c.error.empty()) continue;
      absl::StatusOr<json> sample = RunSampleChild(ChildCommand(options, c));
      if (sample.ok()) {
        c.samples.push_back(*std::move(sample));
      } else {
        c.error = std::string(sample.status().message());
      }
    }
  }
  json report = {{"environment", Environment()}, {"rows", json::array()}};
  int failed = 0;
  for (const Case& c : cases) {
    report["rows"].push_back(Row(c, Baseline(cases, c), *empty));
    failed += report["rows"].back().contains("error") ? 1 : 0;
  }
  PrintTable(report["rows"]);
  if (!options.json_path.empty()) {
    const std::string text = report.dump(1, ' ', false, json::error_handler_t::replace) + "\n";
    const absl::string_view part = text;
    absl::Status written = WriteFile(options.json_path, absl::MakeConstSpan(&part, 1));
    if (!written.ok()) return written;
  }
  if (failed == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(failed, " of ", cases.size(), " rows failed"));
}

absl::Status RunAsChild(Options& options, std::chrono::steady_clock::time_point start) {
  if (options.is_empty_child) {
    std::printf("%s\n", MemoryNow().dump().c_str());
    return absl::OkStatus();
  }
  options.sample.model = options.models.front();
  options.sample.engine.policy = options.policies.front();
  if (!options.shapes.empty()) options.sample.shapes = options.shapes.front();
  absl::StatusOr<json> sample = TakeSample(options.sample, start);
  if (!sample.ok()) return sample.status();
  std::printf("%s\n", sample->dump().c_str());
  return absl::OkStatus();
}

}  // namespace
}  // namespace kairos

int main(int argc, char** argv) {
  const auto start = std::chrono::steady_clock::now();
  kairos::Options options;
  options.program = argv[0];
  CLI::App app("Compares execution policies: start, latency, memory.", "rtbench");
  app.add_option("MODEL", options.models, "model files (.kai)")->required();
  app.add_option("--policies", options.policies, "comma-separated: eager, jit, aot, auto")
      ->delimiter(',')
      ->check(CLI::IsMember({"eager", "jit", "aot", "auto"}))
      ->capture_default_str();
  kairos::AddShapeOption(app, &options.shapes, "input shapes; a row for each --shape");
  app.add_option("--seconds", options.sample.seconds, "steady running time per row")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app.add_option("--repeats", options.repeats, "fresh processes per row")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--json", options.json_path, "write all figures and samples");
  app.add_flag("--strict", options.sample.engine.strict, "with aot: fail where the plan does not fit");
  kairos::AddRuntimeOptions(app, &options.sample.engine);
  app.add_flag("--child", options.is_child)->group("");
  app.add_option("--child-outputs", options.sample.outputs_path)->group("");
  app.add_flag("--empty-child", options.is_empty_child)->group("");
  return kairos::RunTool(app, argc, argv, [&] {
    const bool child = options.is_child || options.is_empty_child;
    return child ? kairos::RunAsChild(options, start) : kairos::Measure(options);
  });
}

// onnx_runner: runs the ONNX backend tests below a directory and ends with
// "N passed, N failed, N skipped".
#include <cstdio>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "common/cli.h"
#include "common/file_io.h"
#include "onnx_runner/runner.h"
#include "onnx_runner/test_case.h"

namespace kairos::conformance {
namespace {

struct Arguments {
  std::string directory, expectations;
  RunOptions options;
  bool list = false, verbose = false;
};

absl::Status List(const Arguments& arguments) {
  absl::StatusOr<std::vector<TestCase>> cases = FindCases(arguments.directory);
  if (!cases.ok()) return cases.status();
  for (const TestCase& test : *cases) std::printf("%s\n", test.name.c_str());
  return absl::OkStatus();
}

void Print(const CaseResult& result, bool verbose) {
  const char* const outcome = result.outcome == Outcome::kPassed   ? "PASS"
                              : result.outcome == Outcome::kFailed ? "FAIL"
                                                                   : "SKIP";
  if (!verbose && result.outcome != Outcome::kFailed) return;
  std::printf("%s %s%s%s\n", outcome, result.name.c_str(), result.reason.empty() ? "" : ": ",
              result.reason.c_str());
}

absl::Status Run(Arguments arguments) {
  if (arguments.list) return List(arguments);
  if (!arguments.expectations.empty()) {
    absl::StatusOr<std::string> text = ReadFile(arguments.expectations, 1 << 20);
    if (!text.ok()) return text.status();
    absl::StatusOr<Expectations> expectations = ParseExpectations(*text);
    if (!expectations.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat(arguments.expectations, ": ", expectations.status().message()));
    }
    arguments.options.expectations = *std::move(expectations);
  }
  absl::StatusOr<Report> report =
      RunConformance(arguments.directory, arguments.options,
                     [&](const CaseResult& result) { Print(result, arguments.verbose); });
  if (!report.ok()) return report.status();
  for (const auto& [reason, count] : report->skip_classes) {
    std::printf("SKIP %4d  %s\n", count, reason.c_str());
  }
  std::printf("%s\n", report->Summary().c_str());
  if (report->failed == 0) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(report->failed, " cases failed"));
}

}  // namespace
}  // namespace kairos::conformance

int main(int argc, char** argv) {
  kairos::conformance::Arguments arguments;
  CLI::App app("Runs ONNX backend tests.", "onnx_runner");
  app.add_option("DIR", arguments.directory, "directory with the cases, at any depth")->required();
  app.add_option("--policy", arguments.options.policy, "execution policy")->capture_default_str();
  app.add_option("--backend", arguments.options.backend, "only this backend, and the reference");
  app.add_option("--threads", arguments.options.threads, "threads, 0 for all")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  app.add_flag("--fold", arguments.options.fold, "make all inputs but the first weights");
  app.add_option("--filter", arguments.options.filter,
                 "only cases that match this regular expression");
  app.add_option("--expect", arguments.expectations, "list of expected failures and skips");
  app.add_flag("--list", arguments.list, "print the names of the cases and run none");
  app.add_flag("--verbose", arguments.verbose, "print every case");
  return kairos::RunTool(app, argc, argv, [&] { return kairos::conformance::Run(arguments); });
}

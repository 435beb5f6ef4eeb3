// ONNX's own backend tests (Debian's libonnx-testdata, or the directory in KAIROS_ONNX_TESTDATA)
// under each policy, with inputs fed and with inputs folded into weights. What this library lacks
// is listed as skipped; onnx_expected_failures.txt names what is known to fail.
#include <cstdlib>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"

#include "common/file_io.h"
#include "onnx_runner/expectations.h"
#include "onnx_runner/runner.h"

namespace kairos::conformance {
namespace {

std::string DataDirectory() {
  const char* const chosen = std::getenv("KAIROS_ONNX_TESTDATA");
  return chosen != nullptr ? chosen : "/usr/share/libonnx-testdata/data";
}

Expectations LoadExpectations() {
  const auto path = std::filesystem::path(__FILE__).parent_path() / "onnx_expected_failures.txt";
  const absl::StatusOr<std::string> text = ReadFile(path.string(), 1 << 20);
  REQUIRE_MESSAGE(text.ok(), text.status());
  absl::StatusOr<Expectations> expectations = ParseExpectations(*text);
  REQUIRE_MESSAGE(expectations.ok(), expectations.status());
  return *std::move(expectations);
}

void RunAll(const std::string& policy, bool fold) {
  const std::string directory = DataDirectory();
  if (!std::filesystem::exists(directory)) {
    MESSAGE(absl::StrCat("SKIP: no ONNX test data in ", directory, "; install libonnx-testdata"));
    return;
  }
  RunOptions options;
  options.policy = policy;
  options.fold = fold;
  options.threads = 2;
  options.expectations = LoadExpectations();
  const absl::StatusOr<Report> report =
      RunConformance(directory, options, [](const CaseResult& result) {
        if (result.outcome == Outcome::kFailed) {
          FAIL_CHECK(absl::StrCat(result.name, ": ", result.reason));
        }
      });
  REQUIRE_MESSAGE(report.ok(), report.status());
  for (const auto& [reason, count] : report->skip_classes) {
    MESSAGE(absl::StrCat("SKIP: ", count, " ", reason));
  }
  MESSAGE(absl::StrCat(policy, fold ? ", folded: " : ": ", report->Summary()));
  CHECK(report->passed > 0);
}

TEST_CASE("ONNX's backend tests pass under the eager policy") { RunAll("eager", false); }

TEST_CASE("ONNX's backend tests pass under the jit policy") { RunAll("jit", false); }

TEST_CASE("ONNX's backend tests pass from plans under the aot policy") { RunAll("aot", false); }

TEST_CASE("ONNX's backend tests pass from plans with inputs folded into weights") {
  RunAll("aot", true);
}

TEST_CASE("ONNX's backend tests pass under the jit policy with inputs folded into weights") {
  RunAll("jit", true);
}

}  // namespace
}  // namespace kairos::conformance

// Runs ONNX's backend tests through the importer and a Session. What the importer or the backends
// do not have is a skip with a reason; a wrong result or any other error is a failure.
#ifndef KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_RUNNER_H_
#define KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_RUNNER_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "onnx_runner/expectations.h"

namespace kairos::conformance {

struct RunOptions {
  std::string policy = "eager";
  std::string backend;  // as RuntimeOptions::backend
  int threads = 1;
  bool fold = false;   // all inputs but the first become weights
  std::string filter;  // regular expression, searched in the case's name
  Expectations expectations;
};

enum class Outcome { kPassed, kFailed, kSkipped };

struct CaseResult {
  std::string name;
  Outcome outcome = Outcome::kPassed;
  std::string reason;  // of a skip: "CLASS: details"
};

struct Report {
  std::vector<CaseResult> results;
  int passed = 0, failed = 0, skipped = 0;
  std::map<std::string, int> skip_classes;

  void Add(CaseResult result);
  // "N passed, N failed, N skipped"
  std::string Summary() const;
};

// kNotFound: no such directory; kInvalidArgument: policy or filter; kUnavailable: the backend.
// `on_result` (may be empty) is called after each case.
absl::StatusOr<Report> RunConformance(const std::string& directory, const RunOptions& options,
                                      const std::function<void(const CaseResult&)>& on_result);

}  // namespace kairos::conformance

#endif  // KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_RUNNER_H_

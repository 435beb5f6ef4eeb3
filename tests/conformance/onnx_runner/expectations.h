// A list of cases that are known to fail or make no sense to run, each with the reason. Lines are
// "fail NAME REASON" or "skip NAME REASON"; '#' begins a comment. The list is strict: a case that
// is expected to fail and passes is a failure, so the list only shrinks.
#ifndef KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_EXPECTATIONS_H_
#define KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_EXPECTATIONS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kairos::conformance {

struct Expectations {
  std::map<std::string, std::string> failing, skipped;  // case -> reason
};

// kInvalidArgument names the line at fault.
absl::StatusOr<Expectations> ParseExpectations(absl::string_view text);

}  // namespace kairos::conformance

#endif  // KAIROS_TESTS_CONFORMANCE_ONNX_RUNNER_EXPECTATIONS_H_

// Runs a program and collects what it prints.
#ifndef KAIROS_APPS_RTBENCH_CHILD_PROCESS_H_
#define KAIROS_APPS_RTBENCH_CHILD_PROCESS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace kairos {

struct ChildResult {
  int exit_code = 0;  // 128 + signal when one ended it
  std::string out, err;
};

// Waits for the program's end. kUnavailable when it cannot be started.
absl::StatusOr<ChildResult> RunChild(const std::vector<std::string>& command);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_CHILD_PROCESS_H_

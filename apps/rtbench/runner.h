// Runs the cases: fresh processes, taking turns, within a time budget.
#ifndef KAIROS_APPS_RTBENCH_RUNNER_H_
#define KAIROS_APPS_RTBENCH_RUNNER_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "rtbench/case.h"

namespace kairos {

// Takes one sample in a fresh process; a seam for tests.
using TakeSampleFn =
    std::function<absl::StatusOr<nlohmann::json>(const SampleRequest& request, bool is_peer)>;

// Starts this program again (or the peers' script) and reads what it prints. The error is the
// child's own first line, or how it ended.
TakeSampleFn ChildSampler(const Options& options);

// A finite number wherever a number belongs, and no negative time; the error names the field.
absl::Status CheckSample(const nlohmann::json& sample);

struct Progress {
  int done = 0, total = 0;
  const Case* current = nullptr;
  std::string kind;
};

struct RunPlan {
  int repeats = 0;
  double seconds = 0;   // of steady runs per row, over all repeats
  double budget_s = 0;  // 0: none. A row always gets its first samples before it is looked at
  bool churn = false, sessions = false, parity = false;
  std::string trace_directory;  // empty: no traces; else files named after the cases' indices
  std::function<double()> elapsed_s;
  std::function<void(const Progress&)> on_progress;
};

// Fills the cases. One that fails keeps its error and is not run again. Returns whether all repeats
// were made.
bool RunCases(const RunPlan& plan, const TakeSampleFn& take, std::vector<Case>* cases);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_RUNNER_H_

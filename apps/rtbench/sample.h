// One measurement of one policy in one fresh process: the child's side, and its form on the pipe.
#ifndef KAIROS_APPS_RTBENCH_SAMPLE_H_
#define KAIROS_APPS_RTBENCH_SAMPLE_H_

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/engine.h"
#include "common/shape_arg.h"

namespace kairos {

struct SampleRequest {
  EngineOptions engine;
  std::string model;
  std::vector<NamedShape> shapes;
  double seconds = 1.0;  // of steady runs
  int min_runs = 5;
  std::string outputs_path;  // where to leave the first run's outputs, see agreement.h; empty: nowhere
};

// Loads, runs once, then runs for the given time. `start` is when main began; the time to make the
// inputs is left out of every figure. The object has the figures of a report's row, the steady
// samples under "samples_ms", memory as it is (not above an empty process).
absl::StatusOr<nlohmann::json> TakeSample(const SampleRequest& request,
                                          std::chrono::steady_clock::time_point start);

// Memory of this process so far: {"peak_rss_mb", "steady_rss_mb"}.
nlohmann::json MemoryNow();

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_SAMPLE_H_

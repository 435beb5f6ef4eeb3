// The start that every sample begins with: Runtime, Model, Session, inputs, first run.
#ifndef KAIROS_APPS_RTBENCH_START_H_
#define KAIROS_APPS_RTBENCH_START_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "kairos/session.h"
#include "rtbench/phases.h"
#include "rtbench/subject.h"

namespace kairos {

struct Started {
  std::shared_ptr<Runtime> runtime;
  std::shared_ptr<const Model> model;
  std::shared_ptr<const Policy> policy;
  std::vector<DimBuckets> buckets;
  std::unique_ptr<Session> session;
  std::vector<Tensor> outputs;
  // Sets of inputs to take turns, so that no run finds its own input in the cache. The bytes of
  // integers are the same in all of them, as they may decide shapes.
  std::vector<std::vector<Tensor>> inputs;
  double load_ms = 0;   // from `main_ns` to the session, inputs left out
  double first_ms = 0;  // the first run
  PhaseTimes stages;    // "setup", "session", and the parts of loading
  nlohmann::json memory = nlohmann::json::array();  // [ms since main, MB]
};

// `main_ns`: when main began. `on_event` may be empty. Leaves the first outputs where the request
// says.
absl::StatusOr<Started> Start(const SampleRequest& request, const Subject& subject, int64_t main_ns,
                              std::function<void(const Event&)> on_event);

// The shapes of its inputs.
std::vector<NamedShape> InputShapes(const Started& started);
// Inputs of these shapes, one for each input of the model. The request's files are for inputs whose
// shape is what it was; all others are random.
absl::StatusOr<std::vector<Tensor>> InputsOfShapes(const SampleRequest& request,
                                                   const Started& started,
                                                   const std::vector<NamedShape>& shapes);

// A session like the first one.
absl::StatusOr<std::unique_ptr<Session>> AnotherSession(const Started& started);

// The session's counters: {"compiles", "plan_hits", "cache_hits", "disk_hits", "fallbacks"}.
nlohmann::json Counters(const SessionStats& stats);
// What every sample says: times, counters of the first run, sizes, threads.
nlohmann::json StartFigures(const Started& started, const SessionStats& stats);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_START_H_

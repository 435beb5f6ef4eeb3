// What the parent asks of a child process: one measurement. Travels as JSON on the command line.
#ifndef KAIROS_APPS_RTBENCH_REQUEST_H_
#define KAIROS_APPS_RTBENCH_REQUEST_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include <nlohmann/json.hpp>

#include "common/engine.h"
#include "common/shape_arg.h"

namespace kairos {

// Calls at random sizes of one dimension: "NAME.AXIS=LOW..HIGH".
struct Churn {
  std::string input;
  int axis = 0;
  int64_t low = 0, high = 0;
};
// kInvalidArgument quotes the text.
absl::StatusOr<Churn> ParseChurn(absl::string_view text);
// The sizes to call it at: the same ones each time, and for peer.py.
std::vector<int64_t> ChurnSizes(const Churn& churn, int calls);

struct SampleRequest {
  // "empty": a process that does nothing; "cold": up to the first output, in phases; "steady": then
  // many runs; "churn" and "sessions": likewise, with changing shapes and several sessions;
  // "parity": what it computes, against the reference.
  std::string kind = "steady";
  EngineOptions engine;
  std::string model;
  std::string onnx;  // the same model for other runtimes; else empty
  std::vector<NamedShape> shapes;
  std::vector<std::string> inputs;  // NAME=F.npy
  std::vector<std::string> buckets;  // of ParseBucketArgs
  double seconds = 1.0;             // of steady runs
  int min_runs = 5;                 // at least so many of them
  int warmup_runs = 10;             // runs 2 to this + 1 are kept apart
  Churn churn;
  int churn_calls = 200;
  // For other runtimes, which cannot ask the model; see FindChurnDims().
  std::vector<std::pair<std::string, int>> churn_dims;
  int sessions = 1;
  double tolerance = 1e-3;   // of "parity"
  std::string outputs_path;  // where to leave the first run's outputs, see agreement.h
  std::string trace_path, trace_name;
  int trace_id = 1;
  int64_t spawned_ns = 0;  // steady clock of the parent, right before the process was started
};

nlohmann::json ToJson(const SampleRequest& request);
// kInvalidArgument: not made by ToJson.
absl::StatusOr<SampleRequest> RequestFromJson(absl::string_view text);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_REQUEST_H_

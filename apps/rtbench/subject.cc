#include "rtbench/subject.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kairos {

Subject MakeSubject(const SampleRequest& request) {
  Subject subject;
  subject.make_runtime = [&request, tracing = subject.tracing.get()] {
    EventTraceOptions options;
    options.process_name = request.trace_name;
    options.process_id = request.trace_id;
    return MakeTracedRuntime(request.engine, request.trace_path, options, tracing);
  };
  subject.load_model = [&request] { return Model::Load(request.model); };
  subject.make_policy = [&request] { return MakePolicy(request.engine); };
  return subject;
}

double Stopwatch::Lap() {
  const int64_t now = now_ns_();
  const int64_t passed = now - last_ns_;
  last_ns_ = now;
  worst_ns_ = std::min(worst_ns_, passed);
  return static_cast<double>(passed) / 1e6;
}

absl::Status Stopwatch::Check() const {
  if (worst_ns_ >= 0) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("clock: stepped back by ", -worst_ns_, " ns between two readings"));
}

}  // namespace kairos

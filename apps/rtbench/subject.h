// What a sample measures, with its clock: made from a request, or by a test.
#ifndef KAIROS_APPS_RTBENCH_SUBJECT_H_
#define KAIROS_APPS_RTBENCH_SUBJECT_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"

#include "common/clock.h"
#include "common/trace.h"
#include "kairos/model.h"
#include "kairos/policy.h"
#include "kairos/runtime.h"
#include "rtbench/request.h"

namespace kairos {

using NowNs = std::function<int64_t()>;

struct Subject {
  NowNs now_ns = SteadyNowNs;
  std::function<absl::StatusOr<std::shared_ptr<Runtime>>()> make_runtime;
  std::function<absl::StatusOr<std::shared_ptr<const Model>>()> load_model;
  std::function<absl::StatusOr<std::shared_ptr<const Policy>>()> make_policy;
  std::shared_ptr<Tracing> tracing = std::make_shared<Tracing>();  // outlives the Runtime
};

// Both borrow `request`.
Subject MakeSubject(const SampleRequest& request);

// Differences of a clock that must not run backwards.
class Stopwatch {
 public:
  explicit Stopwatch(NowNs now_ns) : now_ns_(std::move(now_ns)), last_ns_(now_ns_()) {}
  // Since the last Lap() or Restart(), in ms.
  double Lap();
  void Restart() { last_ns_ = now_ns_(); }
  // kInternal when the clock has stepped back between two readings of a lap.
  absl::Status Check() const;

 private:
  const NowNs now_ns_;
  int64_t last_ns_;
  int64_t worst_ns_ = 0;
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_SUBJECT_H_

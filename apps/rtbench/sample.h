// One measurement in one fresh process: the child's side, and its form on the pipe.
#ifndef KAIROS_APPS_RTBENCH_SAMPLE_H_
#define KAIROS_APPS_RTBENCH_SAMPLE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "rtbench/subject.h"

namespace kairos {

// Takes the sample that `request.kind` names. `main_ns` is when main began, on the subject's clock.
// The time to make inputs is in no figure. See README.md for what each kind measures; memory is as
// it is, not above an empty process.
absl::StatusOr<nlohmann::json> TakeSample(const SampleRequest& request, const Subject& subject,
                                          int64_t main_ns);

// The kinds.
absl::StatusOr<nlohmann::json> TakeCold(const SampleRequest& request, const Subject& subject,
                                        int64_t main_ns);
absl::StatusOr<nlohmann::json> TakeSteady(const SampleRequest& request, const Subject& subject,
                                          int64_t main_ns);
absl::StatusOr<nlohmann::json> TakeChurn(const SampleRequest& request, const Subject& subject,
                                         int64_t main_ns);
absl::StatusOr<nlohmann::json> TakeParity(const SampleRequest& request, const Subject& subject);
absl::StatusOr<nlohmann::json> TakeSessions(const SampleRequest& request, const Subject& subject,
                                            int64_t main_ns);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_SAMPLE_H_

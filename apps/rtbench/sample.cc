#include "rtbench/sample.h"

#include "absl/strings/str_cat.h"

#include "rtbench/usage.h"

namespace kairos {

absl::StatusOr<nlohmann::json> TakeSample(const SampleRequest& request, const Subject& subject,
                                          int64_t main_ns) {
  absl::StatusOr<nlohmann::json> sample =
      absl::InvalidArgumentError(absl::StrCat("sample '", request.kind, "': unknown kind"));
  if (request.kind == "empty") sample = nlohmann::json::object();
  if (request.kind == "cold") sample = TakeCold(request, subject, main_ns);
  if (request.kind == "steady") sample = TakeSteady(request, subject, main_ns);
  if (request.kind == "churn") sample = TakeChurn(request, subject, main_ns);
  if (request.kind == "sessions") sample = TakeSessions(request, subject, main_ns);
  if (request.kind == "parity") sample = TakeParity(request, subject);
  if (!sample.ok()) return sample;
  if (!sample->contains("peak_rss_mb")) sample->update(MemoryNow());
  if (subject.tracing->trace != nullptr) {
    if (absl::Status status = subject.tracing->trace->Finish(); !status.ok()) return status;
  }
  return sample;
}

}  // namespace kairos

// Run logs (kairos/run_log.h) in files: what `rtrun --log` writes and `rtcompile --from-trace`
// reads.
#ifndef KAIROS_APPS_COMMON_RUN_LOG_H_
#define KAIROS_APPS_COMMON_RUN_LOG_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/run_log.h"

namespace kairos {

// kDataLoss: no run log, or a malformed one; kUnimplemented: of another version; and the codes of
// ReadFile. Any bytes are safe.
absl::StatusOr<RunLog> ReadRunLog(const std::string& path);
// The same from memory; `name` is for messages.
absl::StatusOr<RunLog> ParseRunLog(absl::string_view name, absl::string_view json);

absl::Status WriteRunLog(const std::string& path, const RunLog& log);

// The entries of all logs, those of one signature added up, most runs first; at most `top`, if that
// is not 0.
std::vector<RunLogEntry> MostRun(absl::Span<const RunLog> logs, size_t top);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_RUN_LOG_H_

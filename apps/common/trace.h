// --trace of the tools: a Runtime whose sessions and threads write their events to a file.
#ifndef KAIROS_APPS_COMMON_TRACE_H_
#define KAIROS_APPS_COMMON_TRACE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "common/engine.h"
#include "kairos/event_trace.h"

namespace kairos {

// What such a Runtime runs on; outlives it and its sessions.
struct Tracing {
  std::unique_ptr<EventTrace> trace;  // null: not asked for
  std::unique_ptr<ThreadPool> pool, lanes;
};

// As MakeRuntime(options) when `path` is empty.
absl::StatusOr<std::shared_ptr<Runtime>> MakeTracedRuntime(const EngineOptions& options,
                                                           const std::string& path,
                                                           EventTraceOptions trace_options,
                                                           Tracing* tracing);

// A part of a tool's own work as a span, so that a trace accounts for all of the time. Until End()
// or the end of its scope.
class TracedPart {
 public:
  // `trace`: null for none.
  TracedPart(EventTrace* trace, absl::string_view name);
  ~TracedPart() { End(); }
  TracedPart(const TracedPart&) = delete;
  TracedPart& operator=(const TracedPart&) = delete;
  void End();

 private:
  EventTrace* trace_;
  const absl::string_view name_;
  const int64_t start_ns_;
};

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_TRACE_H_

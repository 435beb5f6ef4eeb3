// --trace of the tools: a Runtime whose sessions and threads write their events to a file.
#ifndef KAIROS_APPS_COMMON_TRACE_H_
#define KAIROS_APPS_COMMON_TRACE_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

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

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_TRACE_H_

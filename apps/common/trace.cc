#include "common/trace.h"

#include <utility>

#include "common/clock.h"

namespace kairos {

absl::StatusOr<std::shared_ptr<Runtime>> MakeTracedRuntime(const EngineOptions& options,
                                                           const std::string& path,
                                                           EventTraceOptions trace_options,
                                                           Tracing* tracing) {
  if (path.empty()) return MakeRuntime(options);
  absl::StatusOr<std::unique_ptr<EventTrace>> trace =
      EventTrace::Open(path, std::move(trace_options));
  if (!trace.ok()) return trace.status();
  tracing->trace = *std::move(trace);
  tracing->pool = NewThreadPool(options.threads);
  tracing->lanes = tracing->trace->WrapPool(*tracing->pool);
  RuntimeOptions runtime = ToRuntimeOptions(options);
  runtime.thread_pool = tracing->lanes.get();
  return MakeRuntime(std::move(runtime));
}

TracedPart::TracedPart(EventTrace* trace, absl::string_view name)
    : trace_(trace), name_(name), start_ns_(trace == nullptr ? 0 : SteadyNowNs()) {}

void TracedPart::End() {
  if (EventTrace* trace = std::exchange(trace_, nullptr)) {
    trace->AddSpan("tool", name_, start_ns_, SteadyNowNs() - start_ns_);
  }
}

}  // namespace kairos

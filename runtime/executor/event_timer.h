// Times a scope and reports it as an Event. Costs a null check when nobody listens.
#ifndef KAIROS_RUNTIME_EXECUTOR_EVENT_TIMER_H_
#define KAIROS_RUNTIME_EXECUTOR_EVENT_TIMER_H_

#include "base/steady_clock.h"
#include "kairos/graph.h"
#include "kairos/policy.h"
#include "kairos/session.h"

namespace kairos {

class EventTimer {
 public:
  EventTimer(const SessionOptions& options, Event::Kind kind) : options_(options) {
    if (!options_.on_event) return;
    event_.kind = kind;
    event_.start_ns = Now(options_);
  }
  EventTimer(const SessionOptions& options, Event::Kind kind, const Node& node)
      : EventTimer(options, kind) {
    event_.node = node.name;
    event_.op = node.op;
  }
  ~EventTimer() {
    if (!options_.on_event) return;
    event_.duration_ns = Now(options_) - event_.start_ns;
    options_.on_event(event_);
  }
  EventTimer(const EventTimer&) = delete;
  EventTimer& operator=(const EventTimer&) = delete;

  void SetKernel(const ResolvedKernel& resolved) {
    event_.kernel = resolved.kernel->name();
    event_.source = resolved.source;
  }
  void SetBytes(uint64_t bytes) { event_.bytes = bytes; }
  void StartEarlier(int64_t ns) { event_.start_ns -= ns; }

  // The clock of events.
  static int64_t Now(const SessionOptions& options) {
    return options.clock_ns ? options.clock_ns() : SteadyNs();
  }

 private:
  const SessionOptions& options_;
  Event event_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_EVENT_TIMER_H_

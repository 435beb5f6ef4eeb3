// Times a scope and reports it as an Event. Costs a null check when nobody listens.
#ifndef KAIROS_RUNTIME_EXECUTOR_EVENT_TIMER_H_
#define KAIROS_RUNTIME_EXECUTOR_EVENT_TIMER_H_

#include <chrono>
#include <functional>

#include "kairos/graph.h"
#include "kairos/policy.h"
#include "kairos/session.h"

namespace kairos {

class EventTimer {
 public:
  using Listener = std::function<void(const Event&)>;

  EventTimer(const Listener& listener, Event::Kind kind) : listener_(listener) {
    if (!listener_) return;
    event_.kind = kind;
    event_.start_ns = Now();
  }
  EventTimer(const Listener& listener, Event::Kind kind, const Node& node)
      : EventTimer(listener, kind) {
    event_.node = node.name;
    event_.op = node.op;
  }
  ~EventTimer() {
    if (!listener_) return;
    event_.duration_ns = Now() - event_.start_ns;
    listener_(event_);
  }
  EventTimer(const EventTimer&) = delete;
  EventTimer& operator=(const EventTimer&) = delete;

  void SetKernel(const ResolvedKernel& resolved) {
    event_.kernel = resolved.kernel->name();
    event_.source = resolved.source;
  }
  void SetBytes(uint64_t bytes) { event_.bytes = bytes; }

 private:
  static int64_t Now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }

  const Listener& listener_;
  Event event_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_EVENT_TIMER_H_

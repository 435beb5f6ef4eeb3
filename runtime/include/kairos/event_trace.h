// Writes events of sessions as a trace file ("Trace Event Format"), which Perfetto and
// chrome://tracing show: a lane for each thread, spans for loading, passes, compiling, packing,
// running, copying, and waiting.
//
//   auto trace = EventTrace::Open("out.json");
//   RuntimeOptions.thread_pool = (*trace)->WrapPool(pool).get();   // optional: lanes of workers
//   SessionOptions.on_event = (*trace)->Listener();
//   ...
//   (*trace)->Finish();
#ifndef KAIROS_EVENT_TRACE_H_
#define KAIROS_EVENT_TRACE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "kairos/model.h"
#include "kairos/session.h"
#include "kairos/thread_pool.h"

namespace kairos {

struct EventTraceOptions {
  std::string process_name = "kairos";
  int process_id = 1;                 // of the lanes, so that several traces can be put into one
  std::function<int64_t()> clock_ns;  // as SessionOptions::clock_ns, for the lanes of a pool
};

// Thread-safe. Outlives the sessions that it listens to and the pools it wraps.
class EventTrace {
 public:
  // Creates or overwrites the file. Events are on disk at most 100 ms after the next one came, so
  // that a program which is killed leaves all but the last; such a file lacks its closing "]}".
  static absl::StatusOr<std::unique_ptr<EventTrace>> Open(const std::string& path,
                                                          EventTraceOptions options = {});
  ~EventTrace();  // finishes; use Finish() to learn whether that worked
  EventTrace(const EventTrace&) = delete;
  EventTrace& operator=(const EventTrace&) = delete;

  // Adds a span to the lane of the calling thread.
  void Add(const Event& event);
  void AddSpan(absl::string_view category, absl::string_view name, int64_t start_ns,
               int64_t duration_ns);
  // The phases of loading `model`.
  void AddLoad(const Model& model);
  // Add() as a function object.
  std::function<void(const Event&)> Listener();

  // A pool that runs on `pool` (borrowed) and adds a "work" span for each thread that took part in
  // a ParallelFor, and a "wait" span for a caller that waited for the others.
  std::unique_ptr<ThreadPool> WrapPool(ThreadPool& pool);

  // Closes the file; later events are ignored. kUnavailable when something could not be written.
  absl::Status Finish();

 private:
  struct Impl;
  explicit EventTrace(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairos

#endif  // KAIROS_EVENT_TRACE_H_

#include "kairos/event_trace.h"

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <map>
#include <mutex>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "base/errno_status.h"
#include "base/json_text.h"
#include "base/steady_clock.h"
#include "executor/traced_pool.h"

namespace kairos {
namespace {

constexpr size_t kFlushBytes = 64 << 10;
constexpr std::chrono::milliseconds kFlushInterval{100};

// With three decimals. Not by way of floating point, which takes longer than all else of a span:
// what is written between two events is time of a run that no event accounts for.
std::string Microseconds(int64_t ns) {
  const uint64_t size = ns < 0 ? -static_cast<uint64_t>(ns) : static_cast<uint64_t>(ns);
  return absl::StrCat(ns < 0 ? "-" : "", size / 1000, ".", absl::Dec(size % 1000, absl::kZeroPad3));
}

}  // namespace

absl::string_view EventKindName(Event::Kind kind) {
  switch (kind) {
    case Event::Kind::kPasses:
      return "passes";
    case Event::Kind::kRecord:
      return "record";
    case Event::Kind::kCompile:
      return "compile";
    case Event::Kind::kPack:
      return "pack";
    case Event::Kind::kRun:
      return "run";
    case Event::Kind::kPlan:
      return "plan";
    case Event::Kind::kCopy:
      return "copy";
    case Event::Kind::kWait:
      return "wait";
    case Event::Kind::kSwap:
      return "swap";
  }
  return "unknown";
}

struct EventTrace::Impl {
  std::string path;
  EventTraceOptions options;
  std::mutex mutex;
  std::FILE* file = nullptr;  // null: finished
  int error = 0;              // of the first write that failed
  std::string buffer;
  std::chrono::steady_clock::time_point flushed = std::chrono::steady_clock::now();
  std::map<std::thread::id, int> lanes;
  bool first = true;

  void Flush() {
    if (std::fwrite(buffer.data(), 1, buffer.size(), file) != buffer.size() && error == 0) {
      error = errno;
    }
    if (std::fflush(file) != 0 && error == 0) error = errno;
    buffer.clear();
    flushed = std::chrono::steady_clock::now();
  }

  void Line(absl::string_view text) {
    absl::StrAppend(&buffer, first ? "" : ",\n", text);
    first = false;
  }

  // The number of a thread; names it on first sight.
  int Lane(std::thread::id thread) {
    const auto [it, is_new] = lanes.try_emplace(thread, static_cast<int>(lanes.size()) + 1);
    if (is_new) {
      Line(
          absl::StrFormat("{\"ph\":\"M\",\"pid\":%d,\"tid\":%d,\"name\":\"thread_name\","
                          "\"args\":{\"name\":\"thread %d\"}}",
                          options.process_id, it->second, it->second));
    }
    return it->second;
  }

  // `arguments`: members of a JSON object, or empty.
  void Span(absl::string_view category, absl::string_view name, int64_t start_ns,
            int64_t duration_ns, absl::string_view arguments,
            std::thread::id thread = std::this_thread::get_id()) {
    const std::lock_guard lock(mutex);
    if (file == nullptr) return;
    Line(absl::StrCat("{\"ph\":\"X\",\"pid\":", options.process_id, ",\"tid\":", Lane(thread),
                      ",\"cat\":", JsonQuoted(category), ",\"name\":", JsonQuoted(name),
                      ",\"ts\":", Microseconds(start_ns), ",\"dur\":", Microseconds(duration_ns),
                      ",\"args\":{", arguments, "}}"));
    const bool late = std::chrono::steady_clock::now() - flushed > kFlushInterval;
    if (late || buffer.size() > kFlushBytes) Flush();
  }
};

EventTrace::EventTrace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EventTrace::~EventTrace() { (void)Finish(); }

absl::StatusOr<std::unique_ptr<EventTrace>> EventTrace::Open(const std::string& path,
                                                             EventTraceOptions options) {
  auto impl = std::make_unique<Impl>();
  impl->file = std::fopen(path.c_str(), "we");
  if (impl->file == nullptr) return ErrnoStatus(errno, path, "cannot create");
  impl->path = path;
  impl->options = std::move(options);
  if (!impl->options.clock_ns) impl->options.clock_ns = SteadyNs;
  impl->buffer = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  impl->Line(absl::StrCat("{\"ph\":\"M\",\"pid\":", impl->options.process_id,
                          ",\"name\":\"process_name\",\"args\":{\"name\":",
                          JsonQuoted(impl->options.process_name), "}}"));
  return std::unique_ptr<EventTrace>(new EventTrace(std::move(impl)));
}

void EventTrace::Add(const Event& event) {
  const absl::string_view kind = EventKindName(event.kind);
  const std::string name =
      event.node.empty() ? std::string(kind) : absl::StrCat(kind, " ", event.node);
  std::string arguments;
  if (!event.op.empty()) {
    arguments = absl::StrCat(
        "\"op\":", JsonQuoted(event.op), ",\"kernel\":", JsonQuoted(event.kernel),
        ",\"source\":", JsonQuoted(KernelSourceName(event.source)), ",\"bytes\":", event.bytes);
  }
  impl_->Span(kind, name, event.start_ns, event.duration_ns, arguments, event.thread);
}

void EventTrace::AddSpan(absl::string_view category, absl::string_view name, int64_t start_ns,
                         int64_t duration_ns) {
  impl_->Span(category, name, start_ns, duration_ns, "");
}

void EventTrace::AddLoad(const Model& model) {
  for (const LoadPhase& phase : model.load_phases()) {
    impl_->Span("load", absl::StrCat("load ", phase.name), phase.start_ns, phase.duration_ns,
                absl::StrCat("\"bytes\":", phase.bytes));
  }
}

std::function<void(const Event&)> EventTrace::Listener() {
  return [this](const Event& event) { Add(event); };
}

std::unique_ptr<ThreadPool> EventTrace::WrapPool(ThreadPool& pool) {
  return NewTracedPool(pool, impl_->options.clock_ns,
                       [this](absl::string_view category, int64_t start_ns, int64_t end_ns) {
                         impl_->Span(category, category, start_ns, end_ns - start_ns, "");
                       });
}

absl::Status EventTrace::Finish() {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->file != nullptr) {
    impl_->buffer += "\n]}\n";
    impl_->Flush();
    if (std::fclose(impl_->file) != 0 && impl_->error == 0) impl_->error = errno;
    impl_->file = nullptr;
  }
  if (impl_->error == 0) return absl::OkStatus();
  return ErrnoStatus(impl_->error, impl_->path, "cannot write");
}

}  // namespace kairos

// Events of a session on a clock that only its kernels move, and the files made of them.
#include "kairos/event_trace.h"

#include <atomic>
#include <doctest/doctest.h>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <nlohmann/json.hpp>

#include "kairos/policies.h"
#include "tests/support/fake_time.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

using nlohmann::json;

json Parse(const std::string& path) {
  const json trace = json::parse(ReadFile(path), nullptr, false);
  REQUIRE_FALSE(trace.is_discarded());
  return trace.at("traceEvents");
}

struct Watched {
  FakeTime time;
  std::shared_ptr<Runtime> runtime;
  std::unique_ptr<Session> session;

  Watched(Delays delays, std::function<void(const Event&)> on_event,
          std::shared_ptr<const Policy> policy = NewJitPolicy()) {
    runtime = NewRuntime("", 1, std::make_unique<SlowBackend>(&time, delays));
    SessionOptions options;
    options.policy = std::move(policy);
    options.on_event = std::move(on_event);
    options.clock_ns = time.clock();
    session = Unwrap(Session::Make(runtime, NewModel(Mlp()), options));
  }
};

Delays SomeDelays() {
  Delays delays;
  delays.specialize_ms = 20;
  delays.pack_ms = 5;
  delays.run_ms = [](int64_t) { return 3; };
  return delays;
}

TEST_CASE("events have the durations of the work, on the caller's clock") {
  std::map<Event::Kind, int64_t> ns;
  Watched watched(SomeDelays(), [&](const Event& e) { ns[e.kind] += e.duration_ns; });
  const int64_t before = watched.time.now_ns();
  Run(*watched.session, MlpInput(3));
  const int64_t first_ns = watched.time.now_ns() - before;
  const auto steps = static_cast<int64_t>(watched.session->Explain().size());
  CHECK(ns[Event::Kind::kCompile] >= steps * 20000000);
  CHECK(ns[Event::Kind::kPack] == 2 * 5000000);
  CHECK(ns[Event::Kind::kRun] == steps * 3000000);
  // What is inside the recording and the runs is all there was.
  CHECK(ns[Event::Kind::kRecord] + ns[Event::Kind::kPasses] + ns[Event::Kind::kRun] == first_ns);
  ns.clear();
  Run(*watched.session, MlpInput(3));
  CHECK(ns.size() == 1);
  CHECK(ns[Event::Kind::kRun] == steps * 3000000);
}

// Looks for a Program for 7 ms, and has none.
class SlowToFind : public Policy {
 public:
  FakeTime* time = nullptr;

  absl::string_view name() const override { return "slow"; }
  std::vector<std::string> passes() const override { return policy_->passes(); }
  absl::StatusOr<ReadyProgram> FindProgram(const PolicyContext&, const Signature&) const override {
    time->Pass(7);
    return ReadyProgram{};
  }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    return policy_->GetKernel(context, backend, request, frozen);
  }

 private:
  const std::shared_ptr<const Policy> policy_ = NewJitPolicy();
};

TEST_CASE("looking for a Program that is ready is an event of its plan") {
  int64_t plan_ns = 0;
  const auto policy = std::make_shared<SlowToFind>();
  Watched watched(
      SomeDelays(),
      [&](const Event& e) { plan_ns += e.kind == Event::Kind::kPlan ? e.duration_ns : 0; }, policy);
  policy->time = &watched.time;
  Run(*watched.session, MlpInput(3));
  CHECK(plan_ns == 7000000);
}

// Makes no kernel before two threads want one.
class MeetingPolicy : public Policy {
 public:
  absl::string_view name() const override { return "meeting"; }
  std::vector<std::string> passes() const override { return policy_->passes(); }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext& context, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord* frozen) const override {
    {
      const std::lock_guard lock(mutex_);
      makers_[request.node->name] = std::this_thread::get_id();
    }
    ++asked_;
    while (asked_ < 2) std::this_thread::yield();
    return policy_->GetKernel(context, backend, request, frozen);
  }
  const std::map<std::string, std::thread::id>& makers() const { return makers_; }

 private:
  const std::shared_ptr<const Policy> policy_ = NewJitPolicy();
  mutable std::mutex mutex_;
  mutable std::atomic<int> asked_{0};
  mutable std::map<std::string, std::thread::id> makers_;  // by node
};

TEST_CASE("the event of a kernel says which thread made it") {
  const auto policy = std::make_shared<MeetingPolicy>();
  std::map<std::string, std::thread::id> told;
  SessionOptions options;
  options.policy = policy;
  options.on_event = [&](const Event& event) {
    if (event.kind == Event::Kind::kCompile) told[std::string(event.node)] = event.thread;
  };
  auto session = Unwrap(Session::Make(NewRuntime("", 2), NewModel(Mlp()), options));
  Run(*session, MlpInput(3));
  CHECK(told == policy->makers());
  std::set<std::thread::id> threads;
  for (const auto& [node, thread] : told) threads.insert(thread);
  CHECK(threads.size() == 2);
}

TEST_CASE("times of a trace are written to the nanosecond, below zero, too") {
  const TempDir dir;
  auto trace = Unwrap(EventTrace::Open(dir.File("t.json")));
  trace->AddSpan("run", "one", 1234567890123, 7);
  trace->AddSpan("run", "before", -1005, 1000);
  Require(trace->Finish());
  const std::string text = ReadFile(dir.File("t.json"));
  CHECK(text.find("\"ts\":1234567890.123,\"dur\":0.007,") != std::string::npos);
  CHECK(text.find("\"ts\":-1.005,\"dur\":1.000,") != std::string::npos);
}

TEST_CASE("spans of a trace add up to the time of the run") {
  const TempDir dir;
  auto trace = Unwrap(EventTrace::Open(dir.File("t.json")));
  Watched watched(SomeDelays(), trace->Listener());
  Run(*watched.session, MlpInput(3));
  const int64_t before = watched.time.now_ns();
  Run(*watched.session, MlpInput(3));
  const double run_us = static_cast<double>(watched.time.now_ns() - before) / 1e3;
  Require(trace->Finish());
  double sum_us = 0;
  for (const json& event : Parse(dir.File("t.json"))) {
    if (event.at("ph") == "X" &&
        event.at("ts").get<double>() >= static_cast<double>(before) / 1e3) {
      sum_us += event.at("dur").get<double>();
      CHECK(event.at("args").at("kernel") == "slow.kernel");
      CHECK(event.at("args").at("source") == "compiled");
    }
  }
  CHECK(sum_us == doctest::Approx(run_us));
  CHECK(run_us > 0);
}

TEST_CASE("names of any kind are written as JSON") {
  const TempDir dir;
  auto trace = Unwrap(EventTrace::Open(dir.File("t.json"), {.process_name = "a\"b\\c\nd"}));
  trace->AddSpan("run", std::string("\x01 tab\t", 6), 1, 2);
  Require(trace->Finish());
  const json events = Parse(dir.File("t.json"));
  CHECK(events[0].at("args").at("name") == "a\"b\\c\nd");
  CHECK(events.back().at("name") == std::string("\x01 tab\t", 6));
}

TEST_CASE("threads of a pool get lanes of their own, and the caller waits in its own") {
  const TempDir dir;
  FakeTime time;
  auto trace = Unwrap(EventTrace::Open(dir.File("t.json"), {.clock_ns = time.clock()}));
  const std::unique_ptr<ThreadPool> pool = NewThreadPool(3);
  const std::unique_ptr<ThreadPool> traced = trace->WrapPool(*pool);
  CHECK(traced->thread_count() == 3);
  std::atomic<int> calls{0};
  // Each of three bodies waits for the others, so that three threads must take part.
  traced->ParallelFor(3, [&](int64_t) {
    time.Pass(1);
    ++calls;
    while (calls < 3) std::this_thread::yield();
  });
  std::atomic<int64_t> sum{0};
  traced->ParallelFor(100,
                      [&](int64_t i) { traced->ParallelFor(2, [&](int64_t k) { sum += i * k; }); });
  CHECK(sum == 4950);
  Require(trace->Finish());
  std::set<int> lanes;
  int work = 0, wait = 0;
  for (const json& event : Parse(dir.File("t.json"))) {
    if (event.at("ph") != "X") continue;
    lanes.insert(event.at("tid").get<int>());
    work += event.at("cat") == "work";
    wait += event.at("cat") == "wait";
  }
  CHECK(lanes.size() == 3);
  CHECK(work >= 4);
  CHECK(wait >= 1);
}

TEST_CASE("events after the end are ignored, and a full disk is reported") {
  const TempDir dir;
  auto trace = Unwrap(EventTrace::Open(dir.File("t.json")));
  Require(trace->Finish());
  trace->AddSpan("run", "late", 1, 2);
  Require(trace->Finish());
  CHECK(Parse(dir.File("t.json")).size() == 1);
  auto full = Unwrap(EventTrace::Open("/dev/full"));
  CHECK(std::string(full->Finish().message()) ==
        "/dev/full: cannot write: No space left on device");
  CHECK(EventTrace::Open(dir.File("no/such/folder")).status().code() ==
        absl::StatusCode::kNotFound);
}

TEST_CASE("events reach the file while the program runs") {
  const TempDir dir;
  auto trace = Unwrap(EventTrace::Open(dir.File("t.json")));
  const std::string name(1000, 'n');
  for (int i = 0; i < 200; ++i) trace->AddSpan("run", name, i, 1);
  const std::string so_far = ReadFile(dir.File("t.json"));
  CHECK(so_far.size() > 100000);
  CHECK_FALSE(json::parse(so_far + "]}", nullptr, false).is_discarded());
}

TEST_CASE("a model from a file says what loading it took, one from memory nothing") {
  const TempDir dir;
  Require(SaveModel(Mlp(), {}, dir.File("m.kai")));
  const auto model = Unwrap(Model::Load(dir.File("m.kai")));
  REQUIRE(model->load_phases().size() == 3);
  CHECK(model->load_phases()[0].name == "io");
  CHECK(model->load_phases()[0].bytes == ReadFile(dir.File("m.kai")).size());
  CHECK(model->load_phases()[1].name == "verify");
  CHECK(model->load_phases()[2].name == "plan");
  for (const LoadPhase& phase : model->load_phases()) CHECK(phase.duration_ns >= 0);
  CHECK(model->load_phases()[1].start_ns >=
        model->load_phases()[0].start_ns + model->load_phases()[0].duration_ns);
  CHECK(NewModel(Mlp())->load_phases().empty());
  auto trace = Unwrap(EventTrace::Open(dir.File("t.json")));
  trace->AddLoad(*model);
  Require(trace->Finish());
  CHECK(Parse(dir.File("t.json")).back().at("name") == "load plan");
}

}  // namespace
}  // namespace kairos::testing

// Runs that do not wait: a provisional Program runs until a better one, made in the background,
// takes over.
#include <doctest/doctest.h>
#include <sched.h>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"

#include "executor/background_programs.h"
#include "tests/support/control_flow.h"
#include "tests/support/gated_policy.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

std::unique_ptr<Session> MakeSession(const Graph& graph, SessionOptions options) {
  return Unwrap(Session::Make(NewRuntime("", 2), NewModel(graph), std::move(options)));
}

void Settle(Session& session) { Require(session.AwaitBackground(absl::InfiniteFuture())); }

// Its weights are large enough that a provisional Program does not pack them.
Graph WideNet() {
  GraphBuilder b("wide");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {32, ""}, {-1, "h"}, {-1, "w"}});
  const ValueId w1 = b.Random<float>("w1", {64, 32, 3, 3}, 1);
  const ValueId conv = b.Add("Relu", {b.Add("Conv", {x, w1}, {{"pads", Ints{1, 1, 1, 1}}})});
  const ValueId mean = b.Add("Flatten", {b.Add("GlobalAveragePool", {conv})});
  const ValueId wide = b.Add("MatMul", {mean, b.Random<float>("w2", {64, 512}, 2)});
  b.Output(b.Add("MatMul", {wide, b.Random<float>("w3", {512, 3}, 3)}), "y");
  return b.Build();
}

std::vector<Tensor> WideInput() {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({2, 32, 9, 7}, 5));
  return inputs;
}

bool IsProvisional(const Session& session) {
  const std::vector<StepInfo> steps = session.Explain();
  REQUIRE_FALSE(steps.empty());
  for (const StepInfo& step : steps) CHECK(step.provisional == steps[0].provisional);
  return steps[0].provisional;
}

TEST_CASE("a run does not wait for a better Program, which takes over between two runs") {
  Gate gate;
  auto session = MakeSession(WideNet(), {.policy = GatedTiers(gate)});
  const std::vector<Tensor> inputs = WideInput();
  const std::vector<Tensor> expected = RunReference(WideNet(), inputs);
  for (int i = 0; i < 3; ++i) {
    CHECK(MaxError(Run(*session, inputs), expected) < 1e-4);
    CHECK(IsProvisional(*session));
  }
  CHECK(gate.passed() == 0);
  CHECK(session->AwaitBackground(absl::Now()).code() == absl::StatusCode::kDeadlineExceeded);
  CHECK_FALSE(session->Ready(Views(inputs)));
  const SessionStats before = session->stats();
  CHECK(before.provisional == 1);
  CHECK(before.swaps == 0);
  CHECK(before.recordings == 1);
  gate.Open();
  Settle(*session);
  CHECK(session->Ready(Views(inputs)));
  auto lazy = NewSession(NewRuntime("", 2), NewModel(WideNet()), NewJitPolicy());
  const std::vector<Tensor> exact = Run(*lazy, inputs);
  CHECK(BitEqual(Run(*session, inputs), exact));
  CHECK(MaxError(exact, expected) < 1e-4);
  CHECK_FALSE(IsProvisional(*session));
  const SessionStats after = session->stats();
  CHECK(after.provisional == 1);
  CHECK(after.swaps == 1);
  CHECK(after.recordings == 2);
  CHECK(after.fallbacks == 0);
  CHECK(after.compiles + after.cache_hits > before.compiles + before.cache_hits);
  CHECK(after.fallback_reasons.empty());
  REQUIRE(session->Recordings().size() == 2);
  CHECK(absl::StrContains(session->Recordings()[1].reason, "made in the background"));
  Run(*session, inputs);
  CHECK(session->stats().compiles == after.compiles);
}

#ifdef SCHED_IDLE
TEST_CASE("a better Program is made where a processor has nothing else to do") {
  std::set<int> here, elsewhere;
  const std::thread::id self = std::this_thread::get_id();
  TestBackendOptions backend;
  backend.takes = [&](const KernelRequest&) {
    (std::this_thread::get_id() == self ? here : elsewhere).insert(sched_getscheduler(0));
    return true;
  };
  auto session = NewSession(NewRuntime("", 1, NewTestBackend(backend)), NewModel(Mlp()),
                            NewTieredPolicy({.then = NewJitPolicy(), .runs = 1}));
  const int own = sched_getscheduler(0);
  Run(*session, MlpInput(3));
  Settle(*session);
  CHECK(here == std::set<int>{own});
  CHECK(elsewhere == std::set<int>{SCHED_IDLE});
}
#endif

TEST_CASE("a better Program is made when a signature has run often enough, for it alone") {
  Gate gate;
  gate.Open();
  auto session = MakeSession(Mlp(), {.policy = GatedTiers(gate, 3)});
  for (int i = 0; i < 2; ++i) {
    Run(*session, MlpInput(3));
    Run(*session, MlpInput(4 + i));
  }
  Settle(*session);
  CHECK(gate.passed() == 0);
  Run(*session, MlpInput(3));
  Settle(*session);
  CHECK(gate.passed() > 0);
  CHECK(session->stats().swaps == 1);
  CHECK(session->stats().provisional == 3);
  CHECK(session->Ready(Views(MlpInput(3))));
  CHECK_FALSE(session->Ready(Views(MlpInput(4))));
}

TEST_CASE("so many Programs wait to be made, and later runs ask for the others") {
  constexpr int64_t kSizes = 3 * BackgroundPrograms::kMaxPending;
  Gate gate;
  auto session = MakeSession(Mlp(), {.policy = GatedTiers(gate)});
  const auto run_all = [&] {
    for (int64_t n = 1; n <= kSizes; ++n) Run(*session, MlpInput(n));
  };
  run_all();
  gate.Open();
  Settle(*session);
  CHECK(session->stats().swaps == BackgroundPrograms::kMaxPending);
  for (int64_t n = 1; n <= kSizes; ++n) {
    Run(*session, MlpInput(n));
    Settle(*session);
  }
  CHECK(session->stats().swaps == kSizes);
  CHECK(session->stats().provisional == kSizes);
}

TEST_CASE("the session, the model and the Runtime may go, in any order, wherever the work is") {
  Gate counted;
  counted.Open();
  const std::vector<Tensor> inputs = MlpInput(3);
  {
    auto session = MakeSession(Mlp(), {.policy = GatedTiers(counted)});
    Run(*session, inputs);
    Settle(*session);
  }
  REQUIRE(counted.passed() >= 2);
  for (int64_t at = 0; at < counted.passed(); ++at) {
    for (const bool runtime_first : {false, true}) {
      CAPTURE(at);
      Gate gate;
      gate.Open(at);
      auto runtime = NewRuntime("", 2);
      auto model = NewModel(Mlp());
      auto session = NewSession(runtime, model, GatedTiers(gate));
      Run(*session, inputs);
      model.reset();
      gate.AwaitAsked(at + 1);
      std::thread opener;
      if (runtime_first) {
        runtime.reset();  // the session's end waits for the kernel that is being made
        opener = std::thread([&gate] { gate.Open(); });
        session.reset();
      } else {
        session.reset();
        gate.Open();
        runtime.reset();
        CHECK(gate.passed() == at + 1);  // it has been given up after this kernel
      }
      if (opener.joinable()) opener.join();
    }
  }
}

TEST_CASE("a session that asks for determinism waits for the Program that stays") {
  Gate gate;
  gate.Open();
  auto session = MakeSession(ConvNet(), {.policy = GatedTiers(gate), .deterministic = true});
  const std::vector<Tensor> inputs = ConvInput(1, 5, 6);
  const std::vector<Tensor> first = Run(*session, inputs);
  CHECK(session->Ready(Views(inputs)));
  Settle(*session);
  CHECK(BitEqual(Run(*session, inputs), first));
  CHECK(session->stats().provisional == 0);
  CHECK(session->stats().swaps == 0);
}

TEST_CASE("what is prepared is not provisional, and what was is replaced") {
  Gate gate;
  auto session = MakeSession(Mlp(), {.policy = GatedTiers(gate, 2)});
  const std::vector<Tensor> seen = MlpInput(3), fresh = MlpInput(5);
  CHECK(Unwrap(session->OutputTypes(Views(seen)))[0].shape == Shape{3, 5});
  CHECK(gate.passed() == 0);
  Run(*session, seen);
  gate.Open();
  for (const auto* inputs : {&seen, &fresh}) {
    CHECK_FALSE(session->Ready(Views(*inputs)));
    Require(session->Prepare(Views(*inputs)));
    CHECK(session->Ready(Views(*inputs)));
    CHECK(MaxError(Run(*session, *inputs), RunReference(Mlp(), *inputs)) < 1e-5);
    CHECK_FALSE(IsProvisional(*session));
  }
  Settle(*session);
  CHECK(session->stats().provisional == 1);
  CHECK(session->stats().swaps == 0);
}

TEST_CASE("a Program that comes after its signature was prepared is dropped") {
  Gate gate;
  auto session = MakeSession(Mlp(), {.policy = GatedTiers(gate)});
  const std::vector<Tensor> inputs = MlpInput(3);
  Run(*session, inputs);
  gate.AwaitAsked(1);
  gate.Open();
  Require(session->Prepare(Views(inputs)));
  Settle(*session);
  CHECK(session->stats().swaps <= 1);  // the background may have been faster
  CHECK(MaxError(Run(*session, inputs), RunReference(Mlp(), inputs)) < 1e-5);
  CHECK_FALSE(IsProvisional(*session));
}

TEST_CASE("when the better Program cannot be made, the provisional one stays, with the reason") {
  Gate gate;
  gate.Open();
  auto session = MakeSession(
      Mlp(), {.policy = GatedTiers(gate, 1, absl::ResourceExhaustedError("no memory for it"))});
  const std::vector<Tensor> inputs = MlpInput(3);
  Run(*session, inputs);
  Settle(*session);
  CHECK(MaxError(Run(*session, inputs), RunReference(Mlp(), inputs)) < 1e-5);
  CHECK(IsProvisional(*session));
  REQUIRE(session->stats().fallback_reasons.size() == 1);
  CHECK(absl::StrContains(session->stats().fallback_reasons[0], "no memory for it"));
}

TEST_CASE("taps are the same before and after") {
  Gate gate;
  auto session = MakeSession(ConvNet(), {.policy = GatedTiers(gate), .taps = {"features"}});
  auto reference =
      NewSession(NewRuntime("reference"), NewModel(ConvNet()), NewEagerPolicy(), {"features"});
  const std::vector<Tensor> inputs = ConvInput(2, 5, 6);
  const std::vector<Tensor> expected = Run(*reference, inputs);
  REQUIRE(expected.size() == 2);
  CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
  gate.Open();
  Settle(*session);
  CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
  CHECK(session->stats().swaps == 1);
}

TEST_CASE("parts of a model change between its runs, not between the rounds of a loop") {
  Gate gate;
  gate.Open();
  auto session = MakeSession(DoublingLoop(), {.policy = GatedTiers(gate)});
  const std::vector<Tensor> inputs =
      Pack(ScalarTensor(60), FloatTensor({2}, {1, 2}), FloatTensor({2}, {1, 1}));
  const std::vector<Tensor> first = Run(*session, inputs);
  CHECK(session->stats().swaps == 0);
  Settle(*session);
  CHECK(session->stats().swaps >= 1);
  CHECK(session->stats().swaps == session->stats().provisional);
  CHECK(MaxError(Run(*session, inputs), first) < 1e-5);
  CHECK_FALSE(IsProvisional(*session));
}

TEST_CASE("events come on the thread that runs, and one says that a Program took over") {
  Gate gate;
  gate.Open();
  std::set<std::thread::id> threads;
  std::vector<Event::Kind> kinds;
  SessionOptions options;
  options.policy = GatedTiers(gate);
  options.on_event = [&](const Event& event) {
    threads.insert(std::this_thread::get_id());
    kinds.push_back(event.kind);
  };
  options.interrupt = [&]() -> absl::Status {
    threads.insert(std::this_thread::get_id());
    return absl::OkStatus();
  };
  auto session = MakeSession(Mlp(), std::move(options));
  Run(*session, MlpInput(3));
  CHECK(std::count(kinds.begin(), kinds.end(), Event::Kind::kSwap) == 0);
  Settle(*session);
  CHECK(std::count(kinds.begin(), kinds.end(), Event::Kind::kSwap) == 1);
  CHECK(EventKindName(Event::Kind::kSwap) == "swap");
  CHECK(threads == std::set<std::thread::id>{std::this_thread::get_id()});
}

TEST_CASE("a large weight is not packed for a provisional Program, a small one is") {
  BackendCounters counters;
  GraphBuilder b;
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {128, ""}});
  const ValueId wide = b.Add("MatMul", {x, b.Random<float>("w1", {128, 256}, 1)});
  b.Output(b.Add("MatMul", {wide, b.Random<float>("w2", {256, 4}, 2)}), "y");
  auto session =
      NewSession(NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &counters})),
                 NewModel(b.Build()), NewTieredPolicy({.then = NewJitPolicy(), .runs = 1}));
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({3, 128}, 7));
  const std::vector<Tensor> expected = RunReference(b.Build(), inputs);
  Run(*session, inputs);
  Settle(*session);
  CHECK(counters.packed == 2);
  auto another =
      NewSession(NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &counters})),
                 NewModel(b.Build()), NewProvisionalPolicy());
  counters.packed = 0;
  CHECK(MaxError(Run(*another, inputs), expected) < 1e-5);
  CHECK(counters.packed == 1);
  CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
}

}  // namespace
}  // namespace kairos::testing

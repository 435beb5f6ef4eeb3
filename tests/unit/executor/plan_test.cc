#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kairos/compiler.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// A runtime whose first backend has this version, so that a test can move to another machine.
std::shared_ptr<Runtime> Machine(const std::string& version = "1", int threads = 1,
                                 BackendCounters* counters = nullptr) {
  return NewRuntime(
      "", threads,
      NewTestBackend(
          {.fingerprint = {{"version", version}}, .packs_weights = true, .counters = counters}));
}

// Mlp() with a plan for 3 and for 5 rows, made on Machine() and changed by `edit`.
std::shared_ptr<const Model> Planned(const std::function<void(Plan&)>& edit = {}) {
  const std::vector<Tensor> three = MlpInput(3), five = MlpInput(5);
  const std::vector<std::vector<TensorView>> signatures = {Views(three), Views(five)};
  Plan plan = Unwrap(CompilePlan(Machine(), NewModel(Mlp()), signatures));
  if (edit) edit(plan);
  const TempDir dir;
  Require(SaveModel(Mlp(), {&plan, 1}, dir.File("m.kai")));
  auto model = Unwrap(Model::Load(dir.File("m.kai")));
  REQUIRE(model->plan_problems().empty());
  return model;
}

TEST_CASE("a plan runs without compiling, packing or recording") {
  auto model = Planned();
  BackendCounters counters;
  auto session = NewSession(Machine("1", 1, &counters), model, NewAotPolicy());
  for (int64_t n : {3, 5, 3}) {
    CHECK(MaxError(Run(*session, MlpInput(n)), RunReference(Mlp(), MlpInput(n))) < 1e-5);
    for (const StepInfo& step : session->Explain()) CHECK(step.source == KernelSource::kPlan);
  }
  const SessionStats stats = session->stats();
  CHECK(stats.plan_hits == static_cast<int64_t>(2 * session->Explain().size()));
  CHECK(stats.compiles == 0);
  CHECK(stats.recordings == 0);
  CHECK(stats.fallbacks == 0);
  CHECK(stats.fallback_reasons.empty());
  CHECK(counters.specialized == 0);
  CHECK(counters.packed == 0);
}

TEST_CASE("a plan of the built-in backends runs without compiling") {
  const std::vector<Tensor> inputs = ConvInput(2, 5, 6);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const Plan plan = Unwrap(CompilePlan(NewRuntime(), NewModel(ConvNet()), signatures));
  const TempDir dir;
  Require(SaveModel(ConvNet(), {&plan, 1}, dir.File("m.kai")));
  auto model = Unwrap(Model::Load(dir.File("m.kai")));
  auto session = NewSession(NewRuntime(), model, NewAotPolicy({OnPlanMismatch::kError}));
  CHECK(MaxError(Run(*session, inputs), RunReference(ConvNet(), inputs)) < 1e-5);
  CHECK(session->stats().compiles == 0);
  CHECK(session->stats().plan_hits == static_cast<int64_t>(session->Explain().size()));
}

TEST_CASE("an unseen shape is compiled lazily, with the reason") {
  auto session = NewSession(Machine(), Planned(), NewAotPolicy());
  CHECK(MaxError(Run(*session, MlpInput(4)), RunReference(Mlp(), MlpInput(4))) < 1e-5);
  const SessionStats stats = session->stats();
  CHECK(stats.recordings == 1);
  CHECK(stats.plan_hits == 0);
  CHECK(stats.fallbacks == static_cast<int64_t>(session->Explain().size()));
  REQUIRE(stats.fallback_reasons.size() == 1);
  CHECK(stats.fallback_reasons[0] == "no plan entry for this signature");
}

TEST_CASE("a fallback that another session compiled is no compilation") {
  auto runtime = Machine();
  auto model = Planned();
  auto first = NewSession(runtime, model, NewAotPolicy());
  Run(*first, MlpInput(4));
  CHECK(first->stats().compiles == first->stats().fallbacks);
  CHECK(first->stats().cache_hits == 0);
  auto second = NewSession(runtime, model, NewAotPolicy());
  Run(*second, MlpInput(4));
  CHECK(second->stats().fallbacks == first->stats().fallbacks);
  CHECK(second->stats().compiles == 0);
  CHECK(second->stats().cache_hits == second->stats().fallbacks);
}

TEST_CASE("an unseen shape is refused by the strict policy") {
  BackendCounters counters;
  auto session =
      NewSession(Machine("1", 1, &counters), Planned(), NewAotPolicy({OnPlanMismatch::kError}));
  Run(*session, MlpInput(3));
  const absl::Status status = session->Run(Views(MlpInput(4))).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(status.message()) == "x=float32[4,8]: no plan entry for this signature");
  CHECK(counters.specialized == 0);
  CHECK(session->Run(Views(MlpInput(5))).ok());
}

struct Mismatch {
  const char* name;
  const char* version;
  int threads;
  const char* reason;
};
constexpr Mismatch kMismatches[] = {
    {"version", "2", 1, "plan field test.version: got 2, expected 1"},
    {"threads", "1", 2, "plan field threads: got 2, expected 1"},
};

TEST_CASE("a plan of another machine is used where its kernels load, naming the field") {
  for (const Mismatch& test : kMismatches) {
    CAPTURE(test.name);
    auto session = NewSession(Machine(test.version, test.threads), Planned(), NewAotPolicy());
    CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Mlp(), MlpInput(3))) < 1e-5);
    CHECK(session->stats().plan_hits > 0);
    REQUIRE_FALSE(session->stats().fallback_reasons.empty());
    CHECK(session->stats().fallback_reasons[0] == test.reason);
  }
}

TEST_CASE("a plan of another machine is refused by the strict policy, naming field and values") {
  for (const Mismatch& test : kMismatches) {
    CAPTURE(test.name);
    SessionOptions options;
    options.policy = NewAotPolicy({OnPlanMismatch::kError});
    const absl::Status status =
        Session::Make(Machine(test.version, test.threads), Planned(), options).status();
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(std::string(status.message()) == std::string("policy 'aot': ") + test.reason +
                                               "; recompile with rtcompile on this machine");
  }
}

TEST_CASE("a step whose kernel does not load falls back alone, with the reason") {
  auto model = Planned([](Plan& plan) { plan.programs[0].steps[1].frozen = "frozen elsewhere"; });
  auto session = NewSession(Machine(), model, NewAotPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Mlp(), MlpInput(3))) < 1e-5);
  const std::vector<StepInfo> steps = session->Explain();
  for (size_t s = 0; s < steps.size(); ++s) {
    CHECK(steps[s].source == (s == 1 ? KernelSource::kFallback : KernelSource::kPlan));
  }
  CHECK(steps[1].reason == "kernel: got frozen test.MatMul, expected frozen elsewhere");
  CHECK(session->stats().fallbacks == 1);
  auto strict = NewSession(Machine(), model, NewAotPolicy({OnPlanMismatch::kError}));
  const absl::Status status = strict->Run(Views(MlpInput(3))).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(status.message()) ==
        "node 'fc2' (MatMul): kernel: got frozen test.MatMul, expected frozen elsewhere");
}

TEST_CASE("a weight that a plan keeps only packed is found where a fallback kernel needs it") {
  auto model = Planned();
  auto runtime = NewRuntime("", 1, NewTestBackend({.packs_weights = false}));
  auto session = NewSession(runtime, model, NewAotPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Mlp(), MlpInput(3))) < 1e-5);
}

TEST_CASE("a plan whose buffers do not suit this machine's kernels is recorded anew") {
  GraphBuilder b;
  ValueId x = b.Add("Transpose", {b.Input("x", DType::kFloat32, {4, 4})});
  for (int i = 0; i < 3; ++i) x = b.Add("Neg", {x});
  b.Output(b.Add("Transpose", {x}));
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({4, 4}, 1));
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const Plan plan = Unwrap(CompilePlan(NewRuntime("", 1, NewTestBackend({.in_place = true})),
                                       NewModel(b.Build()), signatures));
  const TempDir dir;
  Require(SaveModel(b.Build(), {&plan, 1}, dir.File("m.kai")));
  auto model = Unwrap(Model::Load(dir.File("m.kai")));
  auto session =
      NewSession(NewRuntime("", 1, NewTestBackend({.in_place = false})), model, NewAotPolicy());
  CHECK(MaxError(Run(*session, inputs), RunReference(b.Build(), inputs)) == 0);
  CHECK(session->stats().recordings == 1);
  REQUIRE_FALSE(session->stats().fallback_reasons.empty());
  CHECK(session->stats().fallback_reasons[0] ==
        "plan: buffers overlap in a way its kernels do not allow");
}

TEST_CASE("a plan with types that contradict its operators is not run") {
  auto model = Planned([](Plan& plan) {
    for (ProgramRecord& program : plan.programs) {
      for (StepRecord& step : program.steps) {
        if (step.node.name != "fc1") continue;
        Slot& slot = program.slots[static_cast<size_t>(step.node.outputs[0])];
        std::swap(slot.type.shape[0], slot.type.shape[1]);
      }
    }
  });
  auto session = NewSession(Machine(), model, NewAotPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Mlp(), MlpInput(3))) < 1e-5);
  CHECK(session->stats().recordings == 1);
}

TEST_CASE("the planned policy refuses a model without a plan, the default does not need one") {
  SessionOptions options;
  options.policy = NewAotPolicy();
  const absl::Status status = Session::Make(NewRuntime(), NewModel(Mlp()), options).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(status.message()) == "policy 'aot': model has no plan; add one with rtcompile");
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), nullptr);
  Run(*session, MlpInput(3));
  CHECK(session->stats().compiles > 0);
}

TEST_CASE("the default policy takes the plan where it has an entry") {
  auto session = NewSession(Machine(), Planned(), nullptr);
  Run(*session, MlpInput(3));
  CHECK(session->stats().compiles == 0);
  CHECK(session->stats().plan_hits > 0);
  Run(*session, MlpInput(4));
  CHECK(session->stats().compiles > 0);
}

TEST_CASE("a new plan for the same machine replaces the old one") {
  auto model = Planned();
  const std::vector<Tensor> seven = MlpInput(7);
  const std::vector<std::vector<TensorView>> signatures = {Views(seven)};
  const Plan same = Unwrap(CompilePlan(Machine(), model, signatures));
  CHECK(PlansWith(*model, same).size() == 1);
  const Plan other = Unwrap(CompilePlan(Machine("2"), model, signatures));
  CHECK(PlansWith(*model, other).size() == 2);
  const Plan threads = Unwrap(CompilePlan(Machine("1", 2), model, signatures));
  CHECK(PlansWith(*model, threads).size() == 2);
}

}  // namespace
}  // namespace kairos::testing

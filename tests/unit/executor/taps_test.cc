#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "kairos/compiler.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

TEST_CASE("any named value comes back under every policy, and the outputs stay the same") {
  const std::vector<Tensor> inputs = ConvInput(1, 5, 6);
  auto model = NewModel(ConvNet());
  auto oracle = NewSession(NewRuntime("reference"), model, NewEagerPolicy(),
                           {"conv:0", "features", "x", "w2", "y"});
  const std::vector<Tensor> expected = Run(*oracle, inputs);
  REQUIRE(expected.size() == 6);
  CHECK(BitEqual(expected[3], inputs[0]));
  CHECK(BitEqual(expected[5], expected[0]));
  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy(), NewAutoPolicy()}) {
    CAPTURE(std::string(policy->name()));
    auto session = NewSession(NewRuntime(), model, policy, {"conv:0", "features", "x", "w2", "y"});
    CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
    CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
  }
}

TEST_CASE("a tap keeps its value out of fusion") {
  auto model = NewModel(Mlp());
  auto runtime = NewRuntime("reference");
  auto plain = NewSession(runtime, model, NewJitPolicy());
  auto tapped = NewSession(runtime, model, NewJitPolicy(), {"bias:0"});
  Run(*plain, MlpInput(3));
  Run(*tapped, MlpInput(3));
  CHECK(plain->Explain().size() == 2);
  CHECK(tapped->Explain().size() == 3);
}

// x -> MatMul "fc1" -> Add, Relu -> MatMul "fc2", with a plan for three rows.
std::shared_ptr<const Model> PlannedMlp(std::shared_ptr<Runtime> runtime,
                                        const std::function<void(Plan&)>& edit = {}) {
  const std::vector<Tensor> inputs = MlpInput(3);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  Plan plan = Unwrap(CompilePlan(std::move(runtime), NewModel(Mlp()), signatures));
  if (edit) edit(plan);
  const TempDir dir;
  Require(SaveModel(Mlp(), {&plan, 1}, dir.File("m.kai")));
  return Unwrap(Model::Load(dir.File("m.kai")));
}

std::shared_ptr<Runtime> PackingRuntime(BackendCounters* counters = nullptr) {
  return NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = counters}));
}

TEST_CASE("with taps, the steps that they do not change are the plan's, under any strictness") {
  auto model = PlannedMlp(PackingRuntime());
  auto oracle = NewSession(NewRuntime("reference"), model, NewEagerPolicy(), {"act:0", "bias:0"});
  const std::vector<Tensor> expected = Run(*oracle, MlpInput(3));
  for (const OnPlanMismatch strictness : {OnPlanMismatch::kFallback, OnPlanMismatch::kError}) {
    BackendCounters counters;
    auto session = NewSession(PackingRuntime(&counters), model, NewAotPolicy({strictness}),
                              {"act:0", "bias:0"});
    CHECK(MaxError(Run(*session, MlpInput(3)), expected) < 1e-5);
    std::string sources;
    for (const StepInfo& step : session->Explain()) {
      sources += step.op + " " + std::string(KernelSourceName(step.source)) + ", ";
    }
    CHECK(sources == "MatMul fallback, Relu fallback, MatMul plan, ");
    CHECK(counters.specialized == 2);
    CHECK(counters.loaded == 1);
    const std::vector<std::string>& reasons = session->stats().fallback_reasons;
    REQUIRE(reasons.size() == 2);
    CHECK(reasons[0] == "taps are set");
    CHECK(reasons[1] == "a tap changes this step");
  }
}

TEST_CASE("a tap that splits nothing compiles nothing") {
  auto model = PlannedMlp(PackingRuntime());
  BackendCounters counters;
  auto session = NewSession(PackingRuntime(&counters), model,
                            NewAotPolicy({OnPlanMismatch::kError}), {"act:0"});
  std::vector<Tensor> outputs = Run(*session, MlpInput(3));
  outputs.pop_back();
  CHECK(MaxError(outputs, RunReference(Mlp(), MlpInput(3))) < 1e-5);
  CHECK(counters.specialized == 0);
  CHECK(session->stats().plan_hits == 2);
}

TEST_CASE("with taps too, the strict policy refuses what its plan lacks") {
  const auto run = [](std::shared_ptr<const Model> model, int64_t rows) {
    auto session = NewSession(PackingRuntime(), std::move(model),
                              NewAotPolicy({OnPlanMismatch::kError}), {"bias:0"});
    return session->Run(Views(MlpInput(rows))).status();
  };
  const absl::Status unseen = run(PlannedMlp(PackingRuntime()), 4);
  CHECK(unseen.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(unseen.message()) == "x=float32[4,8]: no plan entry for this signature");
  const absl::Status stale =
      run(PlannedMlp(PackingRuntime(),
                     [](Plan& plan) { plan.programs[0].steps[1].frozen = "elsewhere"; }),
          3);
  CHECK(stale.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(stale.message()) ==
        "node 'fc2' (MatMul): kernel: got frozen test.MatMul, expected elsewhere");
}

TEST_CASE("a tap of no value is refused when the session is made") {
  SessionOptions options;
  options.taps = {"nothing"};
  const absl::Status status = Session::Make(NewRuntime(), NewModel(Mlp()), options).status();
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(std::string(status.message()) == "tap 'nothing': the model has no such value");
}

TEST_CASE("a tap of a value that nothing computes is refused") {
  Graph graph = Mlp();
  graph.values.push_back({"orphan", DType::kFloat32, {}, {}});
  const absl::StatusOr<std::shared_ptr<const Model>> model = Model::FromGraph(std::move(graph));
  if (!model.ok()) return;  // the loader may be as strict
  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy()}) {
    SessionOptions options;
    options.policy = policy;
    options.taps = {"orphan"};
    auto session = Session::Make(NewRuntime(), *model, options);
    const absl::Status status =
        session.ok() ? (*session)->Run(Views(MlpInput(3))).status() : session.status();
    CHECK_FALSE(status.ok());
  }
}

}  // namespace
}  // namespace kairos::testing

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <utility>

#include "kairos/compiler.h"
#include "tests/support/temp_dir.h"
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
    auto session =
        NewSession(NewRuntime(), model, policy, {"conv:0", "features", "x", "w2", "y"});
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

TEST_CASE("taps are served from a model with a plan, which says why it is not used") {
  auto runtime = NewRuntime();
  const std::vector<Tensor> inputs = MlpInput(3);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const Plan plan = Unwrap(CompilePlan(runtime, NewModel(Mlp()), signatures));
  const TempDir dir;
  Require(SaveModel(Mlp(), {&plan, 1}, dir.File("m.kai")));
  auto model = Unwrap(Model::Load(dir.File("m.kai")));
  auto session = NewSession(runtime, model, NewAotPolicy(), {"act:0"});
  const std::vector<Tensor> outputs = Run(*session, inputs);
  REQUIRE(outputs.size() == 2);
  CHECK(ShapeString(outputs[1].shape()) == "[3,16]");
  REQUIRE_FALSE(session->stats().fallback_reasons.empty());
  CHECK(session->stats().fallback_reasons[0] == "taps are set");
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

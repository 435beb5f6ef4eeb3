// If: decided when a Program is made where that can be known, else in the run.
#include <doctest/doctest.h>

#include "tests/support/control_flow.h"

namespace kairos::testing {
namespace {

// x[2], rate -> rate == 16000 ? -x : exp(x), in branches that have Ifs themselves
Graph ByRate() {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2});
  const ValueId rate = b.Input("rate", DType::kInt64, {});
  const ValueId fast = b.Add("Equal", {rate, b.Scalar<int64_t>("16k", 16000)});
  b.Output(b.Add("Abs", {NegOrExp(b, fast, x)}), "y");
  return b.Build();
}

std::vector<std::string> OpsRun(const Session& session) {
  std::vector<std::string> ops;
  for (const StepInfo& step : session.Explain()) ops.push_back(step.op);
  return ops;
}

TEST_CASE("an If on a small input is decided when the Program is made") {
  auto session = NewSession(NewRuntime("reference"), NewModel(ByRate()), NewJitPolicy());
  CHECK_FALSE(session->runs_in_parts());
  const auto run = [&](int64_t rate) {
    return FloatsOf(Run(*session, Pack(FloatTensor({2}, {-2, 0}), ScalarTensor(rate)))[0]);
  };
  CHECK(run(16000) == std::vector<float>{2, 0});
  CHECK(session->stats().recordings == 1);
  CHECK(session->stats().compiles == 2);  // no trace of Exp
  CHECK(OpsRun(*session) == std::vector<std::string>{"Neg", "Abs"});
  CHECK(run(8000)[1] == 1);
  CHECK(session->stats().recordings == 2);
  run(16000);
  CHECK(session->stats().recordings == 2);
}

TEST_CASE("branches within branches become one Program") {
  GraphBuilder inner("inner");
  const ValueId again = inner.UnrankedInput("again", DType::kBool);
  const ValueId v = inner.UnrankedInput("v", DType::kFloat32);
  inner.Output(NegOrExp(inner, again, v));
  GraphBuilder b;
  const ValueId condition = b.Input("condition", DType::kBool, {});
  const ValueId x = b.Input("x", DType::kFloat32, {1});
  const ValueId y =
      b.Add("If", {condition, condition, x},
            {{"then_branch", inner.BuildShared()}, {"else_branch", inner.BuildShared()}});
  b.Output(y, "y");
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  CHECK_FALSE(session->runs_in_parts());
  CHECK(FloatsOf(Run(*session, Pack(BoolTensor(true), FloatTensor({1}, {3})))[0])[0] == -3);
  CHECK(FloatsOf(Run(*session, Pack(BoolTensor(false), FloatTensor({1}, {0})))[0])[0] == 1);
}

TEST_CASE("outputs of a branch may be a captured value, a constant, and one thing twice") {
  const auto branch = [](float value) {
    GraphBuilder b("branch");
    const ValueId x = b.UnrankedInput("x", DType::kFloat32);
    const ValueId made = b.Add("Neg", {x});
    for (ValueId id : {x, b.Constant<float>("w", {1}, {value}), made, made}) b.Output(id);
    return b.BuildShared();
  };
  GraphBuilder b;
  const ValueId condition = b.Input("condition", DType::kBool, {});
  const ValueId x = b.Input("x", DType::kFloat32, {1});
  for (ValueId id : b.AddNode("If", {condition, x}, 4,
                              {{"then_branch", branch(7)}, {"else_branch", branch(8)}})) {
    b.Output(id);
  }
  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy()}) {
    auto session = NewSession(NewRuntime(), NewModel(b.Build()), policy);
    const std::vector<Tensor> y = Run(*session, Pack(BoolTensor(false), FloatTensor({1}, {5})));
    CHECK(FloatsOf(y[0])[0] == 5);
    CHECK(FloatsOf(y[1])[0] == 8);
    CHECK(FloatsOf(y[2])[0] == -5);
    CHECK(FloatsOf(y[3])[0] == -5);
  }
}

TEST_CASE("a shape that only one branch takes belongs to the signature") {
  const auto branch = [](bool reshapes) {
    GraphBuilder b("branch");
    const ValueId x = b.UnrankedInput("x", DType::kFloat32);
    const ValueId shape = b.UnrankedInput("shape", DType::kInt64);
    b.Output(reshapes ? b.Add("Reshape", {x, shape}) : b.Add("Neg", {x}));
    return b.BuildShared();
  };
  GraphBuilder b;
  const ValueId condition = b.Input("condition", DType::kBool, {});
  const ValueId x = b.Input("x", DType::kFloat32, {-1}),
                shape = b.Input("shape", DType::kInt64, {-1});
  b.Output(b.Add("If", {condition, x, shape},
                 {{"then_branch", branch(true)}, {"else_branch", branch(false)}}));
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  CHECK_FALSE(session->runs_in_parts());
  const auto run = [&](bool value) {
    return ShapeString(
        Run(*session, Pack(BoolTensor(value), RandomTensor({6}, 1), Int64Tensor({2, 3})))[0]
            .shape());
  };
  CHECK(run(true) == "[2,3]");
  CHECK(run(false) == "[6]");
}

TEST_CASE("an If on data is decided in the run, and only what it takes is compiled") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1});
  const ValueId largest = b.Add("ReduceMax", {x}, {{"keepdims", int64_t{0}}});
  const ValueId condition = b.Add("Greater", {largest, b.Scalar<float>("zero", 0)});
  b.Output(b.Add("Add", {NegOrExp(b, condition, x), x}), "y");
  auto session = NewSession(NewRuntime("reference"), NewModel(b.Build()), NewJitPolicy());
  REQUIRE(session->runs_in_parts());
  CHECK(FloatsOf(Run(*session, Pack(FloatTensor({2}, {3, -1})))[0]) == std::vector<float>{0, 0});
  const int64_t compiled = session->stats().compiles;
  CHECK(compiled == 4);  // ReduceMax, Greater, Neg, Add
  CHECK(FloatsOf(Run(*session, Pack(FloatTensor({2}, {4, -1})))[0]) == std::vector<float>{0, 0});
  CHECK(session->stats().compiles == compiled);
  CHECK(FloatsOf(Run(*session, Pack(FloatTensor({2}, {0, 0})))[0]) == std::vector<float>{1, 1});
  CHECK(session->stats().compiles == compiled + 1);
}

TEST_CASE("a condition of another type is refused") {
  GraphBuilder b;
  const ValueId condition = b.Input("condition", DType::kInt64, {});
  b.Output(NegOrExp(b, condition, b.Input("x", DType::kFloat32, {1})));
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  const std::vector<Tensor> inputs = Pack(ScalarTensor(1), FloatTensor({1}, {1}));
  CHECK(session->Run(Views(inputs)).status() ==
        absl::InvalidArgumentError("node 'choice' (If): the condition is int64[], expected one "
                                   "element of bool"));
}

}  // namespace
}  // namespace kairos::testing

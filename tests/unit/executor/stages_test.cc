// Models that run in parts: where they are cut, what plans hold of them.
#include <doctest/doctest.h>

#include "executor/staged_graph.h"
#include "kairos/compiler.h"
#include "tests/support/control_flow.h"
#include "tests/support/temp_dir.h"

namespace kairos::testing {
namespace {

// y = sum of x where it is positive, times w
Graph Positive() {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1});
  const ValueId positive = b.Add("Greater", {x, b.Scalar<float>("zero", 0)});
  const ValueId where = b.Add("Transpose", {b.Add("NonZero", {positive}, {}, "find")});
  const ValueId found = b.Add("GatherND", {x, where});
  b.Rename(found, "found");
  const ValueId sum = b.Add("ReduceSum", {found, b.Constant<int64_t>("axes", {1}, {0})});
  b.Output(b.Add("Mul", {sum, b.Constant<float>("w", {1}, {2})}), "y");
  return b.Build();
}

std::vector<float> RunPositive(Session& session, const std::vector<float>& x) {
  return FloatsOf(Run(session, Pack(FloatTensor({static_cast<int64_t>(x.size())}, x)))[0]);
}

TEST_CASE("ordinary models are one Program, also when they compute shapes") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, 4});
  const ValueId n = b.Add("Gather", {b.Add("Shape", {x}), b.Constant<int64_t>("i", {1}, {0})});
  const ValueId target =
      b.Add("Concat", {b.Constant<int64_t>("m", {1}, {4}), n}, {{"axis", int64_t{0}}});
  b.Output(b.Add("Reshape", {x, target}));
  CHECK(RunsAsOneProgram(b.Build()));
  CHECK_FALSE(RunsAsOneProgram(Positive()));
}

TEST_CASE("data of a model's input decides no shape of a Program unless it is given as a shape") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1});
  const ValueId n = b.Add("Cast", {b.Add("ReduceSum", {x})}, {{"to", int64_t{7}}});
  b.Output(b.Add("Expand", {b.Scalar<float>("one", 1), n}));
  CHECK_FALSE(RunsAsOneProgram(b.Build()));
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  CHECK(ShapeString(Run(*session, Pack(FloatTensor({2}, {1, 2})))[0].shape()) == "[3]");
  CHECK(ShapeString(Run(*session, Pack(FloatTensor({2}, {4, 1})))[0].shape()) == "[5]");
}

TEST_CASE("what follows a step that depends on data replays while shapes stay") {
  auto session = NewSession(NewRuntime(), NewModel(Positive()), NewJitPolicy());
  REQUIRE(session->runs_in_parts());
  CHECK(RunPositive(*session, {1, -2, 3}) == std::vector<float>{8});
  const int64_t recordings = session->stats().recordings;
  CHECK(RunPositive(*session, {-1, 5, 4}) == std::vector<float>{18});
  CHECK(session->stats().recordings == recordings);
  CHECK(RunPositive(*session, {1, 1, 1}) == std::vector<float>{6});
  CHECK(session->stats().recordings == recordings + 1);
  CHECK(RunPositive(*session, {-1, -1, -1}) == std::vector<float>{0});
}

TEST_CASE("reshaping to a computed shape copies nothing and compiles nothing") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1});
  const ValueId rows = b.Input("rows", DType::kInt64, {-1});
  const ValueId more = b.Add("Add", {rows, rows});
  b.Output(b.Add("Reshape", {x, b.Add("Concat", {more, b.Constant<int64_t>("rest", {1}, {-1})},
                                      {{"axis", int64_t{0}}})}));
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  REQUIRE(session->runs_in_parts());
  const auto run = [&](int64_t n) {
    return ShapeString(Run(*session, Pack(RandomTensor({12}, 1), Int64Tensor({n})))[0].shape());
  };
  CHECK(run(1) == "[2,6]");
  const int64_t compiles = session->stats().compiles;
  CHECK(run(2) == "[4,3]");
  CHECK(session->stats().compiles == compiles);
}

TEST_CASE("a plan holds the Programs of the parts that were seen, and runs from them alone") {
  const TempDir directory;
  auto runtime = NewRuntime();
  for (const Graph& graph : {Positive(), DoublingLoop()}) {
    const bool loop = graph.inputs.size() == 3;
    const std::vector<Tensor> inputs =
        loop ? Pack(ScalarTensor(3), FloatTensor({2}, {1, 0}), FloatTensor({2}, {0, 1}))
             : Pack(FloatTensor({3}, {1, -2, 3}));
    const std::vector<TensorView> views = Views(inputs);
    auto model = NewModel(graph);
    Plan plan = Unwrap(CompilePlan(runtime, model, {views}));
    CHECK(plan.programs.size() == (loop ? 1 : 2));
    for (const ProgramRecord& program : plan.programs)
      CHECK_FALSE(program.signature.region.empty());
    const std::string path = directory.File("planned.kai");
    Require(SaveModel(graph, PlansWith(*model, std::move(plan)), path));
    auto planned = Unwrap(Model::Load(path));
    CHECK(planned->plan_problems().empty());
    auto session = NewSession(runtime, planned, NewAotPolicy({OnPlanMismatch::kError}));
    const std::vector<Tensor> want = Run(*NewSession(runtime, model, NewJitPolicy()), inputs);
    CHECK(BitEqual(Run(*session, inputs), want));
    CHECK(session->stats().compiles == 0);
    CHECK(session->stats().recordings == 0);
    if (loop) continue;
    const std::vector<Tensor> others = Pack(FloatTensor({3}, {1, 2, 3}));
    CHECK(session->Run(Views(others)).status().code() == absl::StatusCode::kFailedPrecondition);
    auto lenient = NewSession(runtime, planned, NewAotPolicy());
    CHECK(FloatsOf(Run(*lenient, others)[0]) == std::vector<float>{12});
    CHECK(lenient->stats().fallbacks > 0);
  }
}

TEST_CASE("taps reach values between parts, and none inside of nodes") {
  auto session = NewSession(NewRuntime(), NewModel(Positive()), NewJitPolicy(), {"found"});
  const std::vector<Tensor> y = Run(*session, Pack(FloatTensor({3}, {1, -2, 3})));
  REQUIRE(y.size() == 2);
  CHECK(FloatsOf(y[1]) == std::vector<float>{1, 3});
  SessionOptions options;
  options.taps = {"next:0"};
  CHECK(Session::Make(NewRuntime(), NewModel(DoublingLoop()), options).status() ==
        absl::NotFoundError("tap 'next:0': the value is inside of a node, where no tap reaches"));
}

TEST_CASE("sequences go in and out, and are refused where tensors are expected") {
  GraphBuilder b;
  const ValueId s = b.UnrankedInput("s", DType::kFloat32);
  b.graph().value(s).kind = ValueKind::kSequence;
  const ValueId joined = b.Add("ConcatFromSequence", {s}, {{"axis", int64_t{0}}});
  const ValueId negated = b.Add("Neg", {joined});
  b.Output(b.Add("SplitToSequence", {negated}), "parts");
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  const std::vector<AnyValue> inputs = {
      std::vector<Constant>{MakeConstant<float>({1}, {1}), MakeConstant<float>({2}, {2, 3})}};
  const std::vector<AnyValue> y = Unwrap(session->RunValues(inputs));
  REQUIRE(y[0].sequence.size() == 3);
  CHECK(FloatsOf(y[0].sequence[2]) == std::vector<float>{-3});
  const std::vector<AnyValue> tensor = {MakeConstant<float>({1}, {1})};
  CHECK(session->RunValues(tensor).status().message() ==
        "input 's': got float32[1], expected a sequence");
}

TEST_CASE("outputs may be inputs, and do not borrow their memory") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2});
  const ValueId s = b.Add("SequenceConstruct", {x});
  b.Output(b.Add("SequenceAt", {s, b.Scalar<int64_t>("first", 0)}));
  b.Output(x);
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  Tensor input = FloatTensor({2}, {1, 2});
  const std::vector<AnyValue> y = Unwrap(session->RunValues({AnyValue::Of(input.view())}));
  input.as<float>()[0] = 7;
  CHECK(FloatsOf(y[0].tensor) == std::vector<float>{1, 2});
  CHECK(FloatsOf(y[1].tensor) == std::vector<float>{1, 2});
}

TEST_CASE("regions have names of their own") {
  const StagedModel staged = CutIntoStages(Positive());
  REQUIRE(staged.regions.size() == 2);
  CHECK(staged.regions[0]->id != staged.regions[1]->id);
  CHECK(CutIntoStages(Positive()).regions[1]->id == staged.regions[1]->id);
  CHECK(CutIntoStages(DoublingLoop()).regions[0]->id.substr(0, 10) == "loop.body/");
}

}  // namespace
}  // namespace kairos::testing

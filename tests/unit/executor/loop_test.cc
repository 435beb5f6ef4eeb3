// Loop, Scan and SequenceMap.
#include <doctest/doctest.h>

#include "tests/support/control_flow.h"

namespace kairos::testing {
namespace {

std::vector<Tensor> LoopInputs(int64_t trips) {
  return Pack(ScalarTensor(trips), FloatTensor({2}, {1, 0}), FloatTensor({2}, {0, 1}));
}

TEST_CASE("a Loop carries values and stacks others, under every policy") {
  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy(), NewAutoPolicy()}) {
    auto session = NewSession(NewRuntime(), NewModel(DoublingLoop()), policy);
    const std::vector<Tensor> y = Run(*session, LoopInputs(3));
    CHECK(FloatsOf(y[0]) == std::vector<float>{8, 7});
    CHECK(ShapeString(y[1].shape()) == "[3,2]");
    CHECK(FloatsOf(y[1]) == std::vector<float>{2, 1, 4, 3, 8, 7});
  }
}

TEST_CASE("iterations after the first replay") {
  auto session = NewSession(NewRuntime(), NewModel(DoublingLoop()), NewJitPolicy());
  Run(*session, LoopInputs(1));
  const SessionStats first = session->stats();
  Run(*session, LoopInputs(20));
  CHECK(session->stats().recordings == first.recordings);
  CHECK(session->stats().compiles == first.compiles);
}

TEST_CASE("a Loop ends when its body says so") {
  auto session = NewSession(NewRuntime(), NewModel(DoublingLoop(10)), NewJitPolicy());
  const std::vector<Tensor> y = Run(*session, LoopInputs(1000));
  CHECK(FloatsOf(y[0])[0] == 16);
  CHECK(ShapeString(y[1].shape()) == "[4,2]");
}

TEST_CASE("no iteration leaves the state as it is, and nothing of the declared shape") {
  auto session = NewSession(NewRuntime(), NewModel(DoublingLoop()), NewJitPolicy());
  const std::vector<Tensor> y = Run(*session, LoopInputs(0));
  CHECK(FloatsOf(y[0]) == std::vector<float>{1, 0});
  CHECK(ShapeString(y[1].shape()) == "[0,2]");
}

TEST_CASE("stacked values must keep their type") {
  GraphBuilder body;
  body.Input("i", DType::kInt64, {});
  const ValueId go_on = body.Input("go_on", DType::kBool, {});
  const ValueId state = body.UnrankedInput("state", DType::kFloat32);
  const ValueId longer = body.Add("Concat", {state, state}, {{"axis", int64_t{0}}});
  body.Output(body.Add("Identity", {go_on}));
  body.Output(longer);
  body.Output(body.Add("Neg", {longer}));
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {1});
  const auto y = b.AddNode("Loop", {b.Scalar<int64_t>("trips", 2), kNoValue, x}, 2,
                           {{"body", body.BuildShared()}}, "grow");
  b.Output(y[0]);
  b.Output(y[1]);
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  const std::vector<Tensor> inputs = Pack(FloatTensor({1}, {1}));
  CHECK(session->Run(Views(inputs)).status().message() ==
        "node 'grow' (Loop): scan output 0 is float32[4], expected float32[2] as in the first "
        "iteration");
}

TEST_CASE("a body may take slices by the number of the iteration") {
  GraphBuilder body;
  const ValueId i = body.Input("i", DType::kInt64, {1});
  const ValueId go_on = body.Input("go_on", DType::kBool, {});
  const ValueId all = body.UnrankedInput("all", DType::kFloat32);
  const ValueId end = body.Add("Add", {i, body.Constant<int64_t>("one", {1}, {1})});
  const ValueId part = body.Add("Slice", {all, i, end}, {}, "slice");
  body.Output(body.Add("Identity", {go_on}));
  body.Output(body.Add("Mul", {part, part}));
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {4});
  b.Output(b.Add("Loop", {b.Scalar<int64_t>("trips", 4), kNoValue, x},
                 {{"body", body.BuildShared()}, {"captures", int64_t{1}}}));
  for (const auto& policy : {NewEagerPolicy(), NewJitPolicy()}) {
    auto session = NewSession(NewRuntime(), NewModel(b.Build()), policy);
    const std::vector<Tensor> y = Run(*session, Pack(FloatTensor({4}, {1, 2, 3, 4})));
    CHECK(ShapeString(y[0].shape()) == "[4,1]");
    CHECK(FloatsOf(y[0]) == std::vector<float>{1, 4, 9, 16});
  }
}

// sum[2] over x along an axis, and what it is on the way
Graph SumScan(int64_t axis, int64_t direction, int64_t out_axis, int64_t out_direction) {
  GraphBuilder body;
  const ValueId sum = body.UnrankedInput("sum", DType::kFloat32);
  const ValueId next = body.Add("Add", {sum, body.UnrankedInput("x", DType::kFloat32)});
  body.Output(next);
  body.Output(body.Add("Identity", {next}));
  GraphBuilder b;
  const ValueId zero = b.Constant<float>("zero", {2}, {0, 0});
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  for (ValueId id : b.AddNode("Scan", {zero, x}, 2,
                              {{"body", body.BuildShared()},
                               {"num_scan_inputs", int64_t{1}},
                               {"scan_input_axes", Ints{axis}},
                               {"scan_input_directions", Ints{direction}},
                               {"scan_output_axes", Ints{out_axis}},
                               {"scan_output_directions", Ints{out_direction}}})) {
    b.Output(id);
  }
  return b.Build();
}

TEST_CASE("a Scan walks along any axis, both ways, and writes so") {
  const auto run = [](const Graph& graph, Shape shape) {
    auto session = NewSession(NewRuntime(), NewModel(graph), NewJitPolicy());
    return Run(*session, Pack(FloatTensor(std::move(shape), {1, 2, 3, 4, 5, 6})));
  };
  std::vector<Tensor> y = run(SumScan(0, 0, 0, 0), {3, 2});
  CHECK(FloatsOf(y[0]) == std::vector<float>{9, 12});
  CHECK(FloatsOf(y[1]) == std::vector<float>{1, 2, 4, 6, 9, 12});
  y = run(SumScan(0, 1, 0, 0), {3, 2});
  CHECK(FloatsOf(y[1]) == std::vector<float>{5, 6, 8, 10, 9, 12});
  y = run(SumScan(-1, 0, 1, 1), {2, 3});
  CHECK(ShapeString(y[1].shape()) == "[2,3]");
  CHECK(FloatsOf(y[1]) == std::vector<float>{6, 3, 1, 15, 9, 4});
}

TEST_CASE("SequenceMap runs its body on each element and passes tensors on") {
  GraphBuilder body;
  body.Output(body.Add(
      "Add", {body.UnrankedInput("a", DType::kFloat32), body.UnrankedInput("b", DType::kFloat32)}));
  GraphBuilder b;
  const ValueId sequence = b.UnrankedInput("s", DType::kFloat32);
  b.graph().value(sequence).kind = ValueKind::kSequence;
  const ValueId more = b.Input("more", DType::kFloat32, {1});
  b.Output(b.Add("SequenceMap", {sequence, more}, {{"body", body.BuildShared()}}));
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  std::vector<AnyValue> inputs(2);
  inputs[0] =
      std::vector<Constant>{MakeConstant<float>({1}, {1}), MakeConstant<float>({2}, {2, 3})};
  inputs[1] = MakeConstant<float>({1}, {10});
  const std::vector<AnyValue> y = Unwrap(session->RunValues(inputs));
  REQUIRE(y[0].is_sequence());
  REQUIRE(y[0].sequence.size() == 2);
  CHECK(FloatsOf(y[0].sequence[1]) == std::vector<float>{12, 13});
}

}  // namespace
}  // namespace kairos::testing

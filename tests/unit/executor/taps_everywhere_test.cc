// Any value of a model can be observed, whatever passes make of the nodes around it.
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/planned_model.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// Something for each pass: a convolution that takes in what follows, activations in parts, a sum, a
// layer norm in parts, equal nodes, transposes that cancel, chains of views, a folded constant.
Graph Everything() {
  GraphBuilder b("everything");
  const ValueId x = b.Input("x", DType::kFloat32, {1, 4, 6, 6});
  const ValueId conv = b.Add("Conv", {x, b.Random<float>("w1", {4, 4, 1, 1}, 1)});
  const ValueId norm =
      b.Add("BatchNormalization",
            {conv, b.Random<float>("s", {4}, 2), b.Random<float>("o", {4}, 3),
             b.Random<float>("m", {4}, 4), b.Constant<float>("v", {4}, {1, 2, 3, 4})});
  const ValueId three = b.Scalar<float>("three", 3), zero = b.Scalar<float>("zero", 0);
  const ValueId six = b.Scalar<float>("six", 6);
  const ValueId clip = b.Add("Clip", {b.Add("Add", {norm, three}), zero, six});
  const ValueId swish = b.Add("Div", {b.Add("Mul", {norm, clip}), six});
  const ValueId gate = b.Add("Sigmoid", {swish}), again = b.Add("Sigmoid", {swish});
  const ValueId sum = b.Add("Add", {b.Add("Mul", {swish, gate}), again});
  ValueId y = b.Add("Transpose", {sum}, {{"perm", Ints{0, 2, 3, 1}}});
  y = b.Add("Transpose", {y}, {{"perm", Ints{0, 3, 1, 2}}});
  y = b.Add("Reshape", {b.Add("Flatten", {y}), b.Constant<int64_t>("to", {3}, {1, 36, 4})});
  const ValueId last = b.Constant<int64_t>("last", {1}, {-1});
  const ValueId centred = b.Add("Sub", {y, b.Add("ReduceMean", {y, last})});
  const ValueId square = b.Add("Pow", {centred, b.Scalar<float>("two", 2)});
  const ValueId variance = b.Add("ReduceMean", {square, last});
  const ValueId deviation = b.Add("Sqrt", {b.Add("Add", {variance, b.Scalar<float>("e", 1e-5f)})});
  const ValueId scale = b.Add("Exp", {b.Random<float>("g", {4}, 5)});
  y = b.Add("Add", {b.Add("Mul", {b.Add("Div", {centred, deviation}), scale}),
                    b.Random<float>("b", {4}, 6)});
  y = b.Add("MatMul", {y, b.Random<float>("w2", {4, 8}, 7)});
  b.Output(b.Add("Relu", {b.Add("Add", {y, b.Random<float>("b2", {8}, 8)})}), "y");
  return b.Build();
}

std::vector<Tensor> TensorsOf(const Graph& graph, const std::string& tap,
                              const std::vector<Tensor>& inputs) {
  auto oracle = NewSession(NewRuntime("reference"), NewModel(graph), NewEagerPolicy(), {tap});
  return Run(*oracle, inputs);
}

// "Conv+Add,Relu MatMul"
std::string StepsOf(const Session& session) {
  std::string steps;
  for (const StepInfo& step : session.Explain()) {
    steps += (steps.empty() ? "" : " ") + step.op + (step.fused.empty() ? "" : "+" + step.fused);
  }
  return steps;
}

TEST_CASE("each value comes back by its name, recorded and with a plan, and the output stays") {
  const Graph graph = Everything();
  const std::vector<Tensor> inputs = ConvInput(1, 6, 6);
  auto runtime = NewRuntime("", 2);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  auto model = WithPlan(runtime, NewModel(graph), signatures);
  auto untapped = NewSession(runtime, model, NewJitPolicy());
  const std::vector<Tensor> plain = Run(*untapped, inputs);
  REQUIRE(untapped->Explain().size() + 10 < graph.nodes.size());  // passes had something to do
  int whole = 0;
  for (const Value& value : graph.values) {
    CAPTURE(value.name);
    const std::vector<Tensor> expected = TensorsOf(graph, value.name, inputs);
    for (const auto& policy : {NewJitPolicy(), NewAotPolicy()}) {
      CAPTURE(std::string(policy->name()));
      auto session = NewSession(runtime, model, policy, {value.name});
      const std::vector<Tensor> got = Run(*session, inputs);
      CHECK(MaxError(got, expected) < 2e-5);
      // Where the tap leaves the steps as they are, the output has the same bits.
      if (StepsOf(*session) != StepsOf(*untapped)) continue;
      ++whole;
      CHECK(BitEqual(got[0], plain[0]));
    }
  }
  CHECK(whole > 0);
}

}  // namespace
}  // namespace kairos::testing

#include <doctest/doctest.h>

#include <cfloat>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

constexpr char kPass[] = "fuse_post_ops";

ValueId MatMul(GraphBuilder& b, ValueId x, uint32_t seed) {
  return b.Add("MatMul", {x, b.Random<float>("w" + std::to_string(seed), {4, 4}, seed)});
}

TEST_CASE("a chain of elementwise operators goes into the node that makes their input") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  ValueId y = b.Add("Add", {MatMul(b, x, 1), b.Random<float>("bias", {4}, 2)});
  y = b.Add("Sub", {x, b.Add("LeakyRelu", {y}, {{"alpha", 0.3f}})});
  b.Output(y, "y");
  const std::vector<Tensor> inputs = OneInput({3, 4});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  REQUIRE(Ops(run.after) == "MatMul+Add+LeakyRelu+Sub");
  const Node& node = run.after.nodes[0];
  CHECK(node.base_input_count() == 2);
  CHECK(node.inputs.size() == 4);
  CHECK(node.post_ops[0].operand == 2);
  CHECK(node.post_ops[2].operand == 3);
  CHECK(node.post_ops[2].operand_first);
  CHECK(run.after.value(node.outputs[0]).name == "y");
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

TEST_CASE("every operator that can be fused gives the same result fused, from either side") {
  for (const char* op : {"Add", "Sub", "Mul", "Div", "Max", "Min"}) {
    for (const bool second : {false, true}) {
      CAPTURE(op);
      CAPTURE(second);
      GraphBuilder b;
      const ValueId x = FloatInput(b), product = MatMul(b, x, 1);
      b.Output(second ? b.Add(op, {x, product}) : b.Add(op, {product, x}));
      const std::vector<Tensor> inputs = OneInput({3, 4});
      const PassRun run = RunPass(kPass, b.Build(), inputs);
      CHECK(Ops(run.after) == std::string("MatMul+") + op);
      CHECK(ErrorOf(run, inputs) < 1e-5);
    }
  }
  for (const char* op : {"Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSwish", "HardSigmoid", "Gelu",
                         "Elu", "Exp", "Sqrt", "Abs", "Softplus", "Mish", "kairos.Swish"}) {
    CAPTURE(op);
    GraphBuilder b;
    b.Output(b.Add(op, {MatMul(b, FloatInput(b), 1)}));
    const std::vector<Tensor> inputs = OneInput({3, 4});
    const PassRun run = RunPass(kPass, b.Build(), inputs);
    CHECK(run.after.nodes.size() == 1);
    CHECK(ErrorOf(run, inputs) < 1e-5);
  }
}

TEST_CASE("the bounds of Clip become attributes when they are constants") {
  GraphBuilder b;
  b.Output(b.Add("Clip", {MatMul(b, FloatInput(b), 1), kNoValue, b.Scalar<float>("high", 0.5f)}));
  const std::vector<Tensor> inputs = OneInput({3, 4});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  REQUIRE(Ops(run.after) == "MatMul+Clip");
  CHECK(run.after.nodes[0].post_ops[0].attributes.Float("max", 0) == 0.5f);
  CHECK(run.after.nodes[0].post_ops[0].attributes.Float("min", 0) == -FLT_MAX);
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

TEST_CASE("bounds that are not constants keep Clip a node") {
  GraphBuilder b;
  const ValueId product = MatMul(b, FloatInput(b), 1);
  b.Output(b.Add("Clip", {product, kNoValue, b.Input("high", DType::kFloat32, {})}));
  std::vector<Tensor> inputs = OneInput({3, 4});
  inputs.push_back(RandomTensor({}, 1));
  CHECK(Ops(RunPass(kPass, b.Build(), inputs).after) == "MatMul Clip");
}

TEST_CASE("a value that is read twice or is an output is not fused away") {
  for (const bool output : {true, false}) {
    GraphBuilder b;
    const ValueId product = MatMul(b, FloatInput(b), 1);
    b.Output(b.Add("Relu", {product}));
    b.Output(output ? product : b.Add("Transpose", {product}));
    const std::vector<Tensor> inputs = OneInput({3, 4});
    const PassRun run = RunPass(kPass, b.Build(), inputs);
    CHECK(Ops(run.after) == Ops(run.before));
    CHECK(ErrorOf(run, inputs) == 0);
  }
}

TEST_CASE("a value added to itself is not fused away") {
  GraphBuilder b;
  const ValueId product = MatMul(b, FloatInput(b), 1);
  b.Output(b.Add("Add", {product, product}));
  CHECK(Ops(RunPass(kPass, b.Build(), OneInput({3, 4})).after) == "MatMul Add");
}

TEST_CASE("an operator that broadcasts its input to a larger shape is not fused") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId row = b.Add("MatMul", {x, b.Random<float>("w", {4, 4}, 1)});
  b.Output(b.Add("Add", {row, b.Random<float>("more", {5, 1, 4}, 2)}));
  const std::vector<Tensor> inputs = OneInput({1, 4});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  CHECK(Ops(run.after) == "MatMul Add");
}

TEST_CASE("of two products the sum goes into one, and reads the other") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  b.Output(b.Add("Relu", {b.Add("Add", {MatMul(b, x, 1), MatMul(b, x, 2)})}));
  const std::vector<Tensor> inputs = OneInput({3, 4});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  CHECK(Ops(run.after) == "MatMul MatMul+Add+Relu");
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

TEST_CASE("a heavy node takes the sum, even if a light one is nearer") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId product = MatMul(b, x, 1), light = b.Add("Exp", {x});
  b.Output(b.Add("Add", {light, product}));
  const std::vector<Tensor> inputs = OneInput({3, 4});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  CHECK(Ops(run.after) == "Exp MatMul+Add");
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

TEST_CASE("integers are not fused") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kInt64, {4});
  b.Output(b.Add("Abs", {b.Add("Add", {x, x})}));
  std::vector<Tensor> inputs;
  inputs.push_back(Int64Tensor({1, -2, 3, -4}));
  CHECK(Ops(RunPass(kPass, b.Build(), inputs).after) == "Add Abs");
}

TEST_CASE("a chain is cut at 16 post-ops") {
  GraphBuilder b;
  ValueId y = MatMul(b, FloatInput(b), 1);
  for (int i = 0; i < 20; ++i) y = b.Add("Tanh", {y});
  b.Output(y);
  const std::vector<Tensor> inputs = OneInput({3, 4});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  REQUIRE(run.after.nodes.size() == 2);
  CHECK(run.after.nodes[0].post_ops.size() == 16);
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

}  // namespace
}  // namespace kairos::testing

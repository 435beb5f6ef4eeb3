#include <doctest/doctest.h>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

constexpr char kPass[] = "fold_affine";

ValueId Conv(GraphBuilder& b, ValueId x, const std::string& op = "Conv", int64_t group = 1) {
  const int64_t per_group = 4 / group;
  return b.Add(op, {x, b.Random<float>("w", {4, per_group, 3, 3}, 1)}, {{"group", group}}, "conv");
}

ValueId BatchNorm(GraphBuilder& b, ValueId x) {
  return b.Add("BatchNormalization",
               {x, b.Random<float>("scale", {4}, 2), b.Random<float>("bias", {4}, 3),
                b.Random<float>("mean", {4}, 4),
                b.Constant<float>("var", {4}, {0.5f, 1, 2, 0.1f})},
               {{"epsilon", 0.01f}});
}

TEST_CASE("a convolution absorbs the normalisation behind it, with and without groups") {
  for (const char* op : {"Conv", "ConvTranspose"}) {
    for (int64_t group : {1, 2, 4}) {
      CAPTURE(op);
      CAPTURE(group);
      GraphBuilder b;
      b.Output(BatchNorm(b, Conv(b, FloatInput(b), op, group)), "y");
      const std::vector<Tensor> inputs = OneInput({2, 4, 6, 5});
      const PassRun run = RunPass(kPass, b.Build(), inputs);
      CHECK(Ops(run.after) == op);
      CHECK(run.after.value(run.after.nodes[0].outputs[0]).name == "y");
      CHECK(ErrorOf(run, inputs) < 1e-5);
    }
  }
}

TEST_CASE("scales and shifts in a row are absorbed into weights and bias") {
  GraphBuilder b;
  ValueId y = b.Add("Conv", {FloatInput(b), b.Random<float>("w", {4, 4, 3, 3}, 1),
                             b.Random<float>("b", {4}, 2)});
  y = b.Add("Mul", {b.Random<float>("m", {4, 1, 1}, 3), y});
  y = b.Add("Add", {y, b.Random<float>("a", {1, 4, 1, 1}, 4)});
  y = b.Add("Sub", {y, b.Scalar<float>("s", 0.25f)});
  y = b.Add("Div", {y, b.Constant<float>("d", {4, 1, 1}, {1, 2, 3, 4})});
  b.Output(y);
  const std::vector<Tensor> inputs = OneInput({2, 4, 6, 5});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  CHECK(Ops(run.after) == "Conv");
  CHECK(run.reports.size() == 4);
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

TEST_CASE("weights that only get a bias are not copied") {
  GraphBuilder b;
  const ValueId conv = Conv(b, FloatInput(b));
  const ValueId weights = b.last_node().inputs[1];
  b.Output(b.Add("Add", {conv, b.Random<float>("a", {4, 1, 1}, 4)}));
  const PassRun run = RunPass(kPass, b.Build(), {});
  REQUIRE(Ops(run.after) == "Conv");
  CHECK(run.after.nodes[0].inputs[1] == weights);
}

TEST_CASE("weights that another node reads too keep their values for it") {
  GraphBuilder b;
  const ValueId x = FloatInput(b), w = b.Random<float>("w", {4, 4, 1, 1}, 1);
  b.Output(b.Add("Mul", {b.Add("Conv", {x, w}), b.Scalar<float>("s", 3)}));
  b.Output(b.Add("Conv", {x, w}));
  const std::vector<Tensor> inputs = OneInput({1, 4, 3, 3});
  const PassRun run = RunPass(kPass, b.Build(), inputs);
  CHECK(Ops(run.after) == "Conv Conv");
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

struct Untouched {
  const char* name;
  ValueId (*add)(GraphBuilder& b, ValueId conv);
};

TEST_CASE("what is not one scale and shift per channel is not absorbed") {
  const Untouched kCases[] = {
      {"per column",
       [](GraphBuilder& b, ValueId y) { return b.Add("Add", {y, b.Random<float>("c", {4}, 1)}); }},
      {"per pixel",
       [](GraphBuilder& b, ValueId y) {
         return b.Add("Mul", {y, b.Random<float>("c", {4, 4, 4}, 1)});
       }},
      {"higher rank",
       [](GraphBuilder& b, ValueId y) {
         return b.Add("Add", {y, b.Constant<float>("c", {1, 1, 1, 1, 1}, {2})});
       }},
      {"constant minus result",
       [](GraphBuilder& b, ValueId y) { return b.Add("Sub", {b.Scalar<float>("c", 1), y}); }},
      {"constant over result",
       [](GraphBuilder& b, ValueId y) { return b.Add("Div", {b.Scalar<float>("c", 1), y}); }},
      {"no constant", [](GraphBuilder& b, ValueId y) { return b.Add("Add", {y, y}); }},
      {"other operator", [](GraphBuilder& b, ValueId y) { return b.Add("Relu", {y}); }},
  };
  for (const Untouched& test : kCases) {
    CAPTURE(test.name);
    GraphBuilder b;
    const ValueId conv = Conv(b, FloatInput(b));
    b.Output(test.add(b, conv));
    const PassRun run = RunPass(kPass, b.Build(), {});
    CHECK(Ops(run.after) == Ops(run.before));
    CHECK(run.reports.empty());
  }
}

TEST_CASE("a result that is read twice or is an output is not changed") {
  for (const bool output : {true, false}) {
    GraphBuilder b;
    const ValueId y = Conv(b, FloatInput(b));
    b.Output(b.Add("Mul", {y, b.Scalar<float>("s", 2)}));
    b.Output(output ? y : b.Add("Neg", {y}));
    const PassRun run = RunPass(kPass, b.Build(), {});
    CHECK(Ops(run.after) == Ops(run.before));
  }
}

TEST_CASE("weights that are computed are not absorbed into") {
  GraphBuilder b;
  const ValueId w = b.Add("Neg", {b.Random<float>("w", {4, 4, 1, 1}, 1)});
  b.Output(b.Add("Mul", {b.Add("Conv", {FloatInput(b), w}), b.Scalar<float>("s", 2)}));
  CHECK(Ops(RunPass(kPass, b.Build(), {}).after) == "Neg Conv Mul");
}

}  // namespace
}  // namespace kairos::testing

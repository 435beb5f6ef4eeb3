#include <doctest/doctest.h>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

ValueId Mean(GraphBuilder& b, ValueId x, const std::vector<int64_t>& axes, int64_t keepdims = 1) {
  const std::string name = "axes" + std::to_string(b.graph().values.size());
  const ValueId id = b.Constant<int64_t>(name, {static_cast<int64_t>(axes.size())}, axes);
  return b.Add("ReduceMean", {x, id}, {{"keepdims", keepdims}});
}

struct NormOptions {
  bool pow = true, scale = true, bias = true;
  int64_t axis = -1, keepdims = 1;
  std::vector<int64_t> epsilon_shape = {}, scale_shape = {6};
  bool tap_product = false;
};

// Layer normalisation over the last axis, spelled out as exporters do.
Graph LayerNorm(const NormOptions& options = {}) {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  const ValueId centred = b.Add("Sub", {x, Mean(b, x, {options.axis}, options.keepdims)});
  const ValueId squared = options.pow ? b.Add("Pow", {centred, b.Scalar<float>("two", 2)})
                                      : b.Add("Mul", {centred, centred});
  const ValueId epsilon = b.Constant<float>("epsilon", options.epsilon_shape, {1e-3f});
  const ValueId variance = b.Add("Add", {Mean(b, squared, {options.axis}), epsilon});
  ValueId y = b.Add("Div", {centred, b.Add("Sqrt", {variance})});
  if (options.scale) y = b.Add("Mul", {y, b.Random<float>("scale", options.scale_shape, 1)});
  if (options.tap_product) b.Output(y);
  if (options.bias) y = b.Add("Add", {b.Random<float>("bias", {6}, 2), y});
  b.Output(y, "y");
  return b.Build();
}

TEST_CASE("layer normalisation is recognised with and without bias, with square or power") {
  const std::vector<Tensor> inputs = OneInput({2, 5, 6});
  for (const bool pow : {true, false}) {
    for (const bool bias : {true, false}) {
      for (int64_t axis : {-1, 2}) {
        const PassRun run = RunPass("recognise_layer_norm",
                                    LayerNorm({.pow = pow, .bias = bias, .axis = axis}), inputs);
        CHECK(Ops(run.after) == "LayerNormalization");
        CHECK(run.after.nodes[0].inputs.size() == (bias ? 3 : 2));
        CHECK(ErrorOf(run, inputs) < 1e-5);
      }
    }
  }
}

TEST_CASE("a product that is an output is kept, the bias stays a node") {
  const std::vector<Tensor> inputs = OneInput({2, 5, 6});
  const PassRun run =
      RunPass("recognise_layer_norm", LayerNorm({.tap_product = true}), inputs);
  CHECK(Ops(run.after) == "LayerNormalization Add");
  CHECK(ErrorOf(run, inputs) < 1e-5);
}

TEST_CASE("what only looks like layer normalisation stays") {
  const NormOptions kCases[] = {
      {.scale = false, .bias = false},
      {.axis = 1},
      {.axis = 0},
      {.epsilon_shape = {1, 1, 1, 1}},
      {.scale_shape = {5, 6}},
      {.scale_shape = {1}},
  };
  for (const NormOptions& options : kCases) {
    const std::vector<Tensor> inputs = OneInput({2, 5, 6});
    const PassRun run = RunPass("recognise_layer_norm", LayerNorm(options), inputs);
    CHECK(Ops(run.after) == Ops(run.before));
    CHECK(run.reports.empty());
  }
}

TEST_CASE("a mean over all spatial axes becomes GlobalAveragePool") {
  struct Case {
    Shape shape;
    std::vector<int64_t> axes;
  };
  for (const Case& test : {Case{{2, 3, 4, 5}, {2, 3}}, Case{{2, 3, 4, 5}, {-1, -2}},
                           Case{{2, 3, 4}, {2}}, Case{{2, 3, 4, 2, 2}, {4, 3, 2}}}) {
    GraphBuilder b;
    b.Output(Mean(b, FloatInput(b), test.axes), "y");
    const std::vector<Tensor> inputs = OneInput(test.shape);
    const PassRun run = RunPass("recognise_spatial_mean", b.Build(), inputs);
    CHECK(Ops(run.after) == "GlobalAveragePool");
    CHECK(ErrorOf(run, inputs) < 1e-5);
  }
}

TEST_CASE("other means stay") {
  struct Case {
    Shape shape;
    std::vector<int64_t> axes;
    int64_t keepdims;
  };
  const Case kCases[] = {{{2, 3, 4, 5}, {2, 3}, 0}, {{2, 3, 4, 5}, {2}, 1},
                         {{2, 3, 4, 5}, {1, 2}, 1}, {{2, 3, 4, 5}, {1, 2, 3}, 1},
                         {{2, 3}, {1}, 1},          {{2, 3, 4, 5}, {}, 1}};
  for (const Case& test : kCases) {
    GraphBuilder b;
    b.Output(Mean(b, FloatInput(b), test.axes, test.keepdims));
    CHECK(Ops(RunPass("recognise_spatial_mean", b.Build(), OneInput(test.shape)).after) ==
          "ReduceMean");
  }
}

}  // namespace
}  // namespace kairos::testing

#include <doctest/doctest.h>

#include <random>
#include <set>
#include <string>

#include "tests/unit/passes/pass_run.h"

namespace kairos::testing {
namespace {

TEST_CASE("an unknown pass is an error before anything is changed") {
  GraphBuilder b;
  b.Output(b.Add("Neg", {b.Add("Identity", {FloatInput(b)})}));
  Graph graph = b.Build();
  const std::vector<std::string> names = {"remove_no_ops", "make_faster"};
  const absl::Status status = RunPasses(names, {}, &graph);
  CHECK(status.code() == absl::StatusCode::kNotFound);
  CHECK(std::string(status.message()) == "pass 'make_faster': unknown");
  CHECK(Ops(graph) == "Identity Neg");
}

TEST_CASE("names are distinct and in the order of the table") {
  std::set<absl::string_view> names;
  size_t i = 0;
  for (const PassInfo& info : PassTable()) {
    CHECK(names.insert(info.name).second);
    CHECK(AllPasses()[i++] == info.name);
  }
  CHECK(AllPasses().size() == names.size());
}

TEST_CASE("passes that need shapes do not run at load, the others only there") {
  GraphBuilder b;
  const ValueId x = FloatInput(b);
  b.Output(b.Add("Relu", {b.Add("MatMul", {b.Add("Identity", {x}), b.Random<float>("w", {4, 4}, 1)})}));
  Graph graph = b.Build();
  const std::vector<std::string> names = {"fuse_post_ops", "remove_no_ops"};
  Require(RunPasses(names, {}, &graph));
  CHECK(Ops(graph) == "MatMul Relu");
}

// A random chain of operators over [2, 4, 5, 5], with outputs here and there.
Graph RandomGraph(uint32_t seed) {
  std::mt19937 engine(seed);
  GraphBuilder b;
  std::vector<ValueId> values = {b.Input("x", DType::kFloat32, {-1, 4, -1, -1})};
  const auto name = [&] { return "c" + std::to_string(b.graph().values.size()); };
  const auto any = [&] { return values[engine() % values.size()]; };
  const int nodes = 4 + static_cast<int>(engine() % 12);
  for (int i = 0; i < nodes; ++i) {
    const ValueId x = engine() % 3 == 0 ? any() : values.back();
    static constexpr const char* kUnary[] = {"Relu", "Sigmoid", "Tanh", "Identity", "Dropout"};
    static constexpr const char* kBinary[] = {"Add", "Sub", "Mul", "Max"};
    switch (engine() % 6) {
      case 0:
        values.push_back(b.Add("Conv", {x, b.Random<float>(name(), {4, 4, 1, 1}, engine() % 99)}));
        break;
      case 1:
        values.push_back(b.Add("BatchNormalization",
                               {x, b.Random<float>(name() + "s", {4}, engine() % 99),
                                b.Random<float>(name() + "b", {4}, engine() % 99),
                                b.Random<float>(name() + "m", {4}, engine() % 99),
                                b.Constant<float>(name() + "v", {4}, {1, 2, 3, 0.5f})}));
        break;
      case 2:
        values.push_back(b.Add(kBinary[engine() % 4],
                               {x, b.Random<float>(name(), {4, 1, 1}, engine() % 99)}));
        break;
      case 3: values.push_back(b.Add(kBinary[engine() % 4], {any(), x})); break;
      case 4: values.push_back(b.Add("Mul", {x, b.Add("Sigmoid", {x})})); break;
      default: values.push_back(b.Add(kUnary[engine() % 5], {x})); break;
    }
    if (engine() % 6 == 0) b.Output(values.back());
  }
  const ValueId axes = b.Constant<int64_t>("axes", {2}, {2, 3});
  b.Output(b.Add("ReduceMean", {values.back(), axes}));
  return b.Build();
}

TEST_CASE("random graphs compute the same after all passes as before") {
  auto runtime = NewRuntime("reference");
  for (uint32_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    const Graph graph = RandomGraph(seed);
    std::vector<Tensor> inputs;
    inputs.push_back(RandomTensor({2, 4, 5, 5}, seed));
    const std::vector<Tensor> expected = RunReference(graph, inputs);
    auto session = NewSession(runtime, NewModel(graph), NewJitPolicy());
    CHECK(MaxError(Run(*session, inputs), expected) < 1e-4);
  }
}

TEST_CASE("random graphs compute the same on all built-in backends") {
  auto runtime = NewRuntime("", 2);
  for (uint32_t seed = 100; seed < 140; ++seed) {
    CAPTURE(seed);
    const Graph graph = RandomGraph(seed);
    std::vector<Tensor> inputs;
    inputs.push_back(RandomTensor({2, 4, 5, 5}, seed));
    const std::vector<Tensor> expected = RunReference(graph, inputs);
    auto session = NewSession(runtime, NewModel(graph), NewJitPolicy());
    CHECK(MaxError(Run(*session, inputs), expected) < 1e-4);
  }
}

}  // namespace
}  // namespace kairos::testing

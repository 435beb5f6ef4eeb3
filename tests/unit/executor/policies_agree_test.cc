// The same backend gives the same bits under every policy that runs the same steps.
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/planned_model.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

void CheckPolicies(const std::shared_ptr<Runtime>& runtime, const Graph& graph,
                   const std::vector<Tensor>& inputs) {
  const std::vector<Tensor> oracle = RunReference(graph, inputs);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  auto model = WithPlan(runtime, NewModel(graph), signatures);
  const std::vector<Tensor> lazy = Run(*NewSession(runtime, model, NewJitPolicy()), inputs);
  CHECK(MaxError(lazy, oracle) < 1e-5);
  const std::vector<Tensor> eager = Run(*NewSession(runtime, model, NewEagerPolicy()), inputs);
  CHECK(MaxError(eager, oracle) < 1e-5);
  for (const auto& policy : {NewAotPolicy(), NewAotPolicy({OnPlanMismatch::kError}),
                             NewAutoPolicy(), NewPlanningPolicy()}) {
    CAPTURE(std::string(policy->name()));
    auto session = NewSession(runtime, model, policy);
    CHECK(BitEqual(Run(*session, inputs), lazy));
    CHECK(BitEqual(Run(*session, inputs), lazy));
  }
}

TEST_CASE("policies agree on the reference backend") {
  CheckPolicies(NewRuntime("reference"), Mlp(), MlpInput(3));
  CheckPolicies(NewRuntime("reference"), ConvNet(), ConvInput(2, 5, 6));
}

TEST_CASE("policies agree on all built-in backends, on one thread and on two") {
  for (int threads : {1, 2}) {
    CheckPolicies(NewRuntime("", threads), Mlp(), MlpInput(3));
    CheckPolicies(NewRuntime("", threads), ConvNet(), ConvInput(2, 5, 6));
  }
}

TEST_CASE("policies agree when values lie channels-last, in place and packed") {
  const auto runtime = NewRuntime("", 1,
                                  NewTestBackend({.layout = Layout::kChannelsLast,
                                                  .in_place = true,
                                                  .packs_weights = true}));
  CheckPolicies(runtime, Mlp(), MlpInput(3));
  CheckPolicies(runtime, ConvNet(), ConvInput(2, 5, 6));
}

TEST_CASE("policies agree when every fused node must be split") {
  const auto runtime =
      NewRuntime("", 1, NewTestBackend({.takes = [](const KernelRequest& request) {
                          return request.node->post_ops.empty();
                        }}));
  CheckPolicies(runtime, Mlp(), MlpInput(3));
  CheckPolicies(runtime, ConvNet(), ConvInput(2, 5, 6));
}

TEST_CASE("in-place steps make the arena smaller and change no result") {
  GraphBuilder b;
  ValueId x = b.Input("x", DType::kFloat32, {-1, 64});
  x = b.Add("Transpose", {x});
  for (int i = 0; i < 4; ++i) x = b.Add("Neg", {x});
  b.Output(b.Add("Transpose", {x}), "y");
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({16, 64}, 1));
  uint64_t arena[2];
  for (const bool in_place : {false, true}) {
    auto session = NewSession(NewRuntime("", 1, NewTestBackend({.in_place = in_place})),
                              NewModel(b.Build()), NewJitPolicy());
    CHECK(BitEqual(Run(*session, inputs)[0], inputs[0]));
    arena[in_place] = session->stats().arena_bytes;
  }
  CHECK(arena[0] == 2 * 16 * 64 * sizeof(float));
  CHECK(arena[1] == 16 * 64 * sizeof(float));
}

TEST_CASE("the deterministic option gives the same bits on one thread and on two") {
  const std::vector<Tensor> inputs = ConvInput(2, 9, 7);
  std::vector<std::vector<Tensor>> results;
  for (int threads : {1, 2}) {
    SessionOptions options;
    options.policy = NewJitPolicy();
    options.deterministic = true;
    auto session = Unwrap(Session::Make(NewRuntime("", threads), NewModel(ConvNet()), options));
    results.push_back(Run(*session, inputs));
  }
  CHECK(BitEqual(results[0], results[1]));
}

}  // namespace
}  // namespace kairos::testing

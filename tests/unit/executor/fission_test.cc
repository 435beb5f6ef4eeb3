#include "executor/fission.h"

#include <doctest/doctest.h>

#include <string>

#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// x -> Add(x, c1) -> Relu -> Mul by c2 -> Neg: all but the last become one node.
Graph Chain() {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, 8});
  const ValueId product = b.Add("MatMul", {x, b.Random<float>("w", {8, 8}, 1)}, {}, "fc");
  const ValueId sum = b.Add("Add", {product, b.Random<float>("c1", {8}, 2)}, {}, "sum");
  const ValueId act = b.Add("Relu", {sum}, {}, "act");
  const ValueId scaled = b.Add("Sub", {b.Random<float>("c2", {8}, 3), act}, {}, "rest");
  b.Output(b.Add("Add", {scaled, b.Random<float>("c3", {8}, 4)}, {}, "again"), "y");
  return b.Build();
}

// "op+fused..." of each step
std::string Steps(const Session& session) {
  std::string text;
  for (const StepInfo& step : session.Explain()) {
    text += (text.empty() ? "" : " ") + step.backend + ":" + step.op;
    if (!step.fused.empty()) text += "(" + step.fused + ")";
  }
  return text;
}

std::shared_ptr<Runtime> RuntimeThatTakes(std::function<bool(const KernelRequest&)> takes) {
  RuntimeOptions options;
  options.threads = 1;
  options.backend = "test";
  options.extra_backends.push_back(NewTestBackend({.takes = std::move(takes)}));
  return Unwrap(Runtime::Make(std::move(options)));
}

TEST_CASE("a chain that a backend takes is one step") {
  auto session = NewSession(RuntimeThatTakes({}), NewModel(Chain()), NewJitPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Chain(), MlpInput(3))) < 1e-5);
  CHECK(Steps(*session) == "test:MatMul(Add,Relu,Sub,Add)");
}

TEST_CASE("a chain is split where a backend takes the shorter one, and is still right") {
  auto session = NewSession(RuntimeThatTakes([](const KernelRequest& request) {
                              return request.node->post_ops.size() <= 2;
                            }),
                            NewModel(Chain()), NewJitPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Chain(), MlpInput(3))) < 1e-5);
  CHECK(Steps(*session) == "test:MatMul(Add,Relu) test:Identity(Sub) test:Identity(Add)");
}

TEST_CASE("a chain that no backend but the last takes is split to the end, and is still right") {
  auto session = NewSession(
      RuntimeThatTakes([](const KernelRequest&) { return false; }), NewModel(Chain()),
      NewJitPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Chain(), MlpInput(3))) < 1e-5);
  CHECK(Steps(*session) ==
        "reference:MatMul reference:Identity(Add) reference:Identity(Relu) "
        "reference:Identity(Sub) reference:Identity(Add)");
}

TEST_CASE("splitting keeps channels-last values channels-last") {
  RuntimeOptions options;
  options.threads = 1;
  options.extra_backends.push_back(NewTestBackend(
      {.layout = Layout::kChannelsLast,
       .takes = [](const KernelRequest& request) { return request.node->post_ops.empty(); }}));
  auto session =
      NewSession(Unwrap(Runtime::Make(std::move(options))), NewModel(ConvNet()), NewJitPolicy());
  const std::vector<Tensor> inputs = ConvInput(2, 5, 6);
  CHECK(MaxError(Run(*session, inputs), RunReference(ConvNet(), inputs)) < 1e-5);
}

TEST_CASE("only nodes with something fused can be split") {
  Node node;
  node.op = "Conv";
  CHECK_FALSE(CanSplit(node));
  node.post_ops.resize(1);
  CHECK(CanSplit(node));
  node.op = "Identity";
  CHECK_FALSE(CanSplit(node));
  node.post_ops.resize(2);
  CHECK(CanSplit(node));
}

TEST_CASE("splitting off a binary post-op takes its operand along") {
  Lowered lowered;
  lowered.record.slots.resize(4);
  lowered.root = {0, 1, 2, 3};
  StepRecord step;
  step.node.op = "MatMul";
  step.node.name = "fc";
  step.node.inputs = {0, 1, 2};
  step.node.outputs = {3};
  step.node.post_ops = {{"Relu", {}, -1, false}, {"Sub", {}, 2, true}};
  step.known.resize(3);
  const StepRecord rest = SplitLastPostOp(&step, &lowered);
  CHECK(step.node.inputs == std::vector<ValueId>{0, 1});
  CHECK(step.node.outputs == std::vector<ValueId>{4});
  CHECK(step.known.size() == 2);
  CHECK(step.node.post_ops.size() == 1);
  CHECK(rest.node.inputs == std::vector<ValueId>{4, 2});
  CHECK(rest.node.outputs == std::vector<ValueId>{3});
  REQUIRE(rest.node.post_ops.size() == 1);
  CHECK(rest.node.post_ops[0].operand == 1);
  CHECK(rest.node.post_ops[0].operand_first);
  CHECK(rest.known.size() == 2);
  CHECK(lowered.record.slots[4].kind == Slot::Kind::kArena);
}

}  // namespace
}  // namespace kairos::testing

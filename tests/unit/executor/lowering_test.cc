#include <cstring>
#include <doctest/doctest.h>

#include "tests/support/graph_builder.h"
#include "tests/unit/executor/lowered_graph.h"

namespace kairos::testing {
namespace {

const Slot& SlotOf(const Lowered& lowered, ValueId id) {
  return lowered.record.slots[static_cast<size_t>(id)];
}
const Slot& OutputSlot(const Lowered& lowered, size_t step) {
  return SlotOf(lowered, lowered.record.steps[step].node.outputs[0]);
}

ValueId Conv(GraphBuilder& b, ValueId x, uint32_t seed) {
  const ValueId w = b.Random<float>("w" + std::to_string(seed), {3, 3, 1, 1}, seed);
  return b.Add("Conv", {x, w});
}

TEST_CASE("plain layout inserts nothing") {
  GraphBuilder b;
  b.Output(b.Add("Relu", {Conv(b, b.Input("x", DType::kFloat32, {1, 3, 4, 4}), 1)}));
  const Lowered lowered = Specializing().Lower(b.Build(), {Float({1, 3, 4, 4})}, Layout::kPlain);
  CHECK(Ops(lowered.record) == "Conv Relu");
  CHECK(OutputSlot(lowered, 1).kind == Slot::Kind::kOutput);
}

TEST_CASE("a chain of spatial and elementwise operators is reordered once at each end") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {1, 3, 4, 4});
  const ValueId y = b.Add("Relu", {Conv(b, x, 1)});
  b.Output(Conv(b, y, 2), "y");
  const Lowered lowered =
      Specializing().Lower(b.Build(), {Float({1, 3, 4, 4})}, Layout::kChannelsLast);
  CHECK(Ops(lowered.record) == "Reorder Conv Relu Conv Reorder");
  for (size_t s = 0; s < 4; ++s) CHECK(OutputSlot(lowered, s).type.layout == Layout::kChannelsLast);
  CHECK(OutputSlot(lowered, 4).type.layout == Layout::kPlain);
  CHECK(OutputSlot(lowered, 4).kind == Slot::Kind::kOutput);
}

std::vector<std::unique_ptr<Backend>> PlainThenChannelsLast(const std::string& plain_op) {
  std::vector<std::unique_ptr<Backend>> backends;
  backends.push_back(NewTestBackend({.name = "plain", .takes = [=](const KernelRequest& request) {
                                       return request.node->op == plain_op;
                                     }}));
  backends.push_back(NewTestBackend({.name = "nhwc", .layout = Layout::kChannelsLast}));
  return backends;
}

TEST_CASE("each operator is laid out as the backend prefers that will run it") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {1, 3, 4, 4});
  const ValueId pooled = b.Add("GlobalMaxPool", {b.Add("Relu", {Conv(b, x, 1)})});
  b.Output(b.Add("Neg", {pooled}));
  const auto ops = [&](const std::string& plain_op) {
    return Ops(Specializing()
                   .Lower(b.Build(), {Float({1, 3, 4, 4})}, PlainThenChannelsLast(plain_op))
                   .record);
  };
  CHECK(ops("Softmax") == "Reorder Conv Relu GlobalMaxPool Neg");
  CHECK(ops("GlobalMaxPool") == "Reorder Conv Relu Reorder GlobalMaxPool Neg");
  CHECK(ops("Conv") == "Conv Relu Reorder GlobalMaxPool Neg");
}

TEST_CASE("a backend that takes a node in one layout only is asked in the layout it prefers") {
  GraphBuilder b;
  b.Output(Conv(b, b.Input("x", DType::kFloat32, {1, 3, 4, 4}), 1));
  for (const Layout layout : {Layout::kPlain, Layout::kChannelsLast}) {
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(NewTestBackend(
        {.name = "one", .layout = layout, .takes = [=](const KernelRequest& request) {
           return request.inputs[0].type.layout == layout &&
                  request.outputs[0].type.layout == layout &&
                  request.inputs[1].type.layout == Layout::kPlain;
         }}));
    const Layout other = layout == Layout::kPlain ? Layout::kChannelsLast : Layout::kPlain;
    backends.push_back(NewTestBackend({.name = "other", .layout = other}));
    const Lowered lowered =
        Specializing().Lower(b.Build(), {Float({1, 3, 4, 4})}, std::move(backends));
    const bool plain = layout == Layout::kPlain;
    CHECK(Ops(lowered.record) == (plain ? "Conv" : "Reorder Conv Reorder"));
  }
}

TEST_CASE("a value that two steps read in the other layout is reordered once") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {1, 3, 4, 4});
  b.Output(b.Add("Add", {Conv(b, x, 1), Conv(b, x, 2)}));
  const Lowered lowered =
      Specializing().Lower(b.Build(), {Float({1, 3, 4, 4})}, Layout::kChannelsLast);
  CHECK(Ops(lowered.record) == "Reorder Conv Conv Add Reorder");
}

TEST_CASE("no step changes a layout that places every element alike") {
  GraphBuilder b;
  b.Output(Conv(b, b.Input("x", DType::kFloat32, {2, 3, 1, 1}), 1));
  const Lowered lowered =
      Specializing().Lower(b.Build(), {Float({2, 3, 1, 1})}, Layout::kChannelsLast);
  CHECK(Ops(lowered.record) == "Conv");
  CHECK(OutputSlot(lowered, 0).type.layout == Layout::kChannelsLast);
  CHECK(OutputSlot(lowered, 0).kind == Slot::Kind::kOutput);
  CHECK(SlotOf(lowered, lowered.record.outputs[0]).type.layout == Layout::kPlain);
}

TEST_CASE("a full-rank constant is reordered while lowering, not by a step") {
  GraphBuilder b;
  const ValueId bias = b.Constant<float>("bias", {1, 3, 1, 2}, {0, 1, 2, 3, 4, 5});
  const ValueId x = b.Input("x", DType::kFloat32, {1, 3, 4, 2});
  b.Output(b.Add("Add", {Conv(b, x, 1), bias}));
  const Lowered lowered =
      Specializing().Lower(b.Build(), {Float({1, 3, 4, 2})}, Layout::kChannelsLast);
  REQUIRE(Ops(lowered.record) == "Reorder Conv Add Reorder");
  const Slot& operand = SlotOf(lowered, lowered.record.steps[2].node.inputs[1]);
  CHECK(operand.type.layout == Layout::kChannelsLast);
  const float expected[] = {0, 2, 4, 1, 3, 5};
  CHECK(std::memcmp(operand.constant.data, expected, sizeof(expected)) == 0);
}

TEST_CASE("operands of lower rank and weights stay plain") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {1, 3, 4, 4});
  b.Output(b.Add("Mul", {Conv(b, x, 1), b.Random<float>("row", {4}, 3)}));
  const Lowered lowered =
      Specializing().Lower(b.Build(), {Float({1, 3, 4, 4})}, Layout::kChannelsLast);
  REQUIRE(Ops(lowered.record) == "Reorder Conv Mul Reorder");
  const std::vector<StepRecord>& steps = lowered.record.steps;
  CHECK(SlotOf(lowered, steps[1].node.inputs[1]).type.layout == Layout::kPlain);
  CHECK(SlotOf(lowered, steps[2].node.inputs[1]).type.layout == Layout::kPlain);
}

TEST_CASE("views are no steps and share the place of their source") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2, 6});
  const ValueId shape = b.Constant<int64_t>("shape", {2}, {3, 4});
  const ValueId reshaped = b.Add("Reshape", {b.Add("Relu", {x}), shape});
  b.Output(b.Add("Neg", {reshaped}));
  const Lowered lowered = Specializing().Lower(b.Build(), {Float({2, 6})}, Layout::kPlain);
  CHECK(Ops(lowered.record) == "Relu Neg");
  const ValueId source = lowered.record.steps[0].node.outputs[0];
  const ValueId view = lowered.record.steps[1].node.inputs[0];
  CHECK(view != source);
  CHECK(lowered.root[static_cast<size_t>(view)] == source);
  CHECK(SlotOf(lowered, view).type == Float({3, 4}));
}

TEST_CASE("a view of a value is an output without a copy") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2, 6});
  const ValueId shape = b.Constant<int64_t>("shape", {1}, {12});
  b.Output(b.Add("Reshape", {b.Add("Relu", {x}), shape}));
  const Lowered lowered = Specializing().Lower(b.Build(), {Float({2, 6})}, Layout::kPlain);
  CHECK(Ops(lowered.record) == "Relu");
  CHECK(OutputSlot(lowered, 0).kind == Slot::Kind::kOutput);
  CHECK(SlotOf(lowered, lowered.record.outputs[0]).type == Float({12}));
}

TEST_CASE("outputs that are an input, a view of one, a weight or another output are copied") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2, 6});
  const ValueId shape = b.Constant<int64_t>("shape", {1}, {12});
  const ValueId y = b.Add("Relu", {x});
  for (ValueId id : {x, b.Add("Reshape", {x, shape}), b.Random<float>("w", {3}, 1), y, y}) {
    b.Output(id);
  }
  const Lowered lowered = Specializing().Lower(b.Build(), {Float({2, 6})}, Layout::kPlain);
  CHECK(Ops(lowered.record) == "Relu Identity Identity Identity Identity");
  for (size_t i = 0; i < 5; ++i) {
    const Slot& slot = SlotOf(lowered, lowered.record.outputs[i]);
    CHECK(slot.kind == Slot::Kind::kOutput);
    CHECK(slot.index == static_cast<int32_t>(i));
  }
}

TEST_CASE("operands that an operator takes by value are recorded with their bytes") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2, 6});
  const ValueId low = b.Scalar<float>("low", 0), high = b.Scalar<float>("high", 6);
  b.Output(b.Add("Clip", {x, low, high}));
  const Lowered lowered = Specializing().Lower(b.Build(), {Float({2, 6})}, Layout::kPlain);
  REQUIRE(lowered.record.steps.size() == 1);
  const std::vector<std::string>& known = lowered.record.steps[0].known;
  REQUIRE(known.size() == 3);
  CHECK(known[0].empty());
  const float six = 6;
  CHECK(known[2] == std::string(reinterpret_cast<const char*>(&six), sizeof(six)));
}

TEST_CASE("an output nobody wants gets no slot") {
  GraphBuilder b;
  const std::vector<ValueId> outputs = b.AddNode(
      "MaxPool", {b.Input("x", DType::kFloat32, {1, 2, 4, 4})}, 2, {{"kernel_shape", Ints{2, 2}}});
  b.last_node().outputs[1] = kNoValue;
  b.Output(outputs[0]);
  const Lowered lowered =
      Specializing().Lower(b.Build(), {Float({1, 2, 4, 4})}, Layout::kChannelsLast);
  REQUIRE(Ops(lowered.record) == "Reorder MaxPool Reorder");
  CHECK(lowered.record.steps[1].node.outputs[1] == kNoValue);
}

}  // namespace
}  // namespace kairos::testing

#include <doctest/doctest.h>
#include <memory>
#include <string>

#include "kairos/graph.h"
#include "support/graph_builder.h"

namespace kairos::testing {
namespace {

// y = Relu(x + w)
GraphBuilder Small() {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, 4});
  const ValueId w = b.Constant<float>("w", {4}, {1, 2, 3, 4});
  const ValueId sum = b.Add("Add", {x, w});
  b.Output(b.Add("Relu", {sum}), "y");
  return b;
}

std::string Refusal(const Graph& graph) {
  const absl::Status status = ValidateGraph(graph);
  return status.ok()
             ? ""
             : absl::StatusCodeToString(status.code()) + ": " + std::string(status.message());
}

TEST_CASE("a graph that keeps the invariants is valid") {
  CHECK_EQ(Refusal(Small().Build()), "");
  CHECK_EQ(Refusal(Graph()), "");
}

TEST_CASE("indices must be of values") {
  for (ValueId bad : {-1, -2, 4, 2147483647, -2147483647 - 1}) {
    CAPTURE(bad);
    Graph g = Small().Build();
    g.nodes[1].inputs[0] = bad;
    CHECK_EQ(Refusal(g),
             bad == -1 ? "DATA_LOSS: node 1 'Relu_1' (Relu): input 0 is absent, expected a value"
                       : "DATA_LOSS: node 1 'Relu_1' (Relu): input 0 is value " +
                             std::to_string(bad) + ", expected an index below 4");
  }
  Graph g = Small().Build();
  g.nodes[1].outputs[0] = 4;
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 1 'Relu_1' (Relu): output 0 is value 4, expected an index below 4");
  g = Small().Build();
  g.outputs[0] = -1;
  CHECK_EQ(Refusal(g), "DATA_LOSS: graph output 0 is value -1, expected an index below 4");
  g = Small().Build();
  g.inputs[0] = 9;
  CHECK_EQ(Refusal(g), "DATA_LOSS: graph input 0 is value 9, expected an index below 4");
}

TEST_CASE("optional inputs may be absent, required ones may not") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {4});
  const ValueId max = b.Scalar("max", 6.0f);
  b.Output(b.Add("Clip", {x, kNoValue, max}));
  CHECK_EQ(Refusal(b.Build()), "");
  b.last_node().inputs[0] = kNoValue;
  CHECK_EQ(Refusal(b.Build()),
           "DATA_LOSS: node 0 'Clip_0' (Clip): input 0 is absent, expected a value");
  b.last_node().inputs = {x, kNoValue, max, max};
  CHECK_EQ(Refusal(b.Build()), "DATA_LOSS: node 0 'Clip_0' (Clip): got 4 inputs, expected 1 to 3");
  b.last_node().inputs = {x};
  b.last_node().outputs = {};
  CHECK_EQ(Refusal(b.Build()), "DATA_LOSS: node 0 'Clip_0' (Clip): got 0 outputs, expected 1");
  b.last_node().outputs = {kNoValue};
  CHECK_EQ(Refusal(b.Build()),
           "DATA_LOSS: node 0 'Clip_0' (Clip): output 0 is absent, expected a value");
}

TEST_CASE("a node reads what earlier nodes produce, and the message names both") {
  Graph g = Small().Build();
  std::swap(g.nodes[0], g.nodes[1]);
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 0 'Relu_1' (Relu): input 0 is value 2 'Add_0:0', which node 1 'Add_0' "
           "(Add) produces later, expected nodes in topological order");
  g = Small().Build();
  g.nodes[1].inputs[0] = g.nodes[1].outputs[0];
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 1 'Relu_1' (Relu): input 0 is value 3 'y', which it produces itself, "
           "expected nodes in topological order");
  g = Small().Build();
  g.inputs.clear();
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 0 'Add_0' (Add): input 0 is value 0 'x', which nothing produces");
  g = Small().Build();
  g.nodes.pop_back();
  CHECK_EQ(Refusal(g), "DATA_LOSS: graph output 0 is value 3 'y', which nothing produces");
}

TEST_CASE("a value has one producer, and the message names the other") {
  Graph g = Small().Build();
  g.nodes[1].outputs[0] = 2;
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 1 'Relu_1' (Relu): output 0 is value 2 'Add_0:0', which is already of "
           "node 0 'Add_0' (Add), expected a single producer");
  g.nodes[1].outputs[0] = 0;
  CHECK_EQ(
      Refusal(g),
      "DATA_LOSS: node 1 'Relu_1' (Relu): output 0 is value 0 'x', which is already of a graph "
      "input, expected a single producer");
  g.nodes[1].outputs[0] = 1;
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 1 'Relu_1' (Relu): output 0 is value 1 'w', which is already of a "
           "constant, expected a single producer");
  g = Small().Build();
  g.inputs = {0, 0};
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: graph input 1 is value 0 'x', which is already of a graph input, expected a "
           "single producer");
  g.inputs = {0, 1};
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: graph input 1 is value 1 'w', which is already of a constant, expected a "
           "single producer");
}

TEST_CASE("names in use are distinct and not empty") {
  Graph g = Small().Build();
  g.values[2].name = "w";
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 0 'Add_0' (Add): value 1 'w' has the name of value 2, "
           "expected distinct ones");
  g.values[2].name.clear();
  CHECK_EQ(Refusal(g), "DATA_LOSS: node 0 'Add_0' (Add): value 2 has no name");
  g = Small().Build();
  g.values.emplace_back();
  g.values.emplace_back();
  CHECK_EQ(Refusal(g), "");
  g.nodes[1].name = "Add_0";
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: node 1 'Add_0' (Relu): has the name of node 0 'Add_0' (Add), expected "
           "distinct ones");
}

TEST_CASE("values have types that tensors can have") {
  Graph g = Small().Build();
  g.values[0].dtype = DType::kString;
  CHECK_EQ(Refusal(g), "");  // it may pass through
  g.values[0].dtype = static_cast<DType>(255);
  CHECK_EQ(Refusal(g), "UNIMPLEMENTED: value 0 'x': type dtype 255 is not supported");
  g = Small().Build();
  g.values[0].dims = std::vector<Dim>(9, Dim{1, ""});
  CHECK_EQ(Refusal(g), "RESOURCE_EXHAUSTED: value 0 'x': rank 9 exceeds the limit 8");
  g.values[0].dims = std::vector<Dim>{{-2, ""}};
  CHECK_EQ(Refusal(g), "DATA_LOSS: value 0 'x': a dimension is -2, expected -1 to 2^31 - 1");
  g.values[0].dims = std::vector<Dim>{{int64_t{1} << 31, ""}};
  CHECK_EQ(Refusal(g),
           "DATA_LOSS: value 0 'x': a dimension is 2147483648, expected -1 to 2^31 - 1");
}

TEST_CASE("constants have types that tensors can have") {
  const auto with = [](DType dtype, Shape shape, Layout layout = Layout::kPlain) {
    Graph g = Small().Build();
    g.values[1].constant->type = {dtype, std::move(shape), layout};
    return Refusal(g);
  };
  CHECK_EQ(with(DType::kFloat32, {-1}),
           "DATA_LOSS: value 1 'w': constant: shape [-1] has a negative dimension");
  CHECK_EQ(with(DType::kFloat32, {0, int64_t{1} << 62, 4}),
           "DATA_LOSS: value 1 'w': constant: element count overflows, shape "
           "[0,4611686018427387904,4] has a dimension over 2^31 - 1");
  CHECK_EQ(with(DType::kFloat32, {65536, 65536, 65536, 65536}),
           "DATA_LOSS: value 1 'w': constant: element count overflows, shape "
           "[65536,65536,65536,65536] passes 2^40 elements");
  CHECK_EQ(with(DType::kUndefined, {4}),
           "DATA_LOSS: value 1 'w': constant: elements of undefined have no fixed size");
  CHECK_EQ(with(DType::kFloat32, {1, 1, 1, 1, 1, 1, 1, 1, 1}),
           "RESOURCE_EXHAUSTED: value 1 'w': rank 9 exceeds the limit 8");
  CHECK_EQ(with(DType::kFloat32, {1, 4, 1}, Layout::kChannelsLast),
           "DATA_LOSS: value 1 'w': constant is channels-last, expected plain");
  Graph g = Small().Build();
  g.values[1].constant->data = nullptr;
  CHECK_EQ(Refusal(g), "DATA_LOSS: value 1 'w': constant has no data, expected 16 bytes");
  g.values[1].constant->type.shape = {0};
  CHECK_EQ(Refusal(g), "");
}

TEST_CASE("attributes and post-ops of nodes are checked") {
  GraphBuilder b = Small();
  b.last_node().attributes.Set("alpha", 1.0f);
  CHECK_EQ(Refusal(b.Build()),
           "DATA_LOSS: node 1 'Relu_1' (Relu): attribute 'alpha' is not one of this operator's");
  b = Small();
  b.PostOp("Sin");
  CHECK_EQ(
      Refusal(b.Build()),
      "UNIMPLEMENTED: node 1 'Relu_1' (Relu): post-op 0 (Sin): operator 'Sin' cannot be fused");
  b = Small();
  b.PostOp("Add", {}, 1).PostOp("Clip", {{"max", 6.0f}});
  CHECK_EQ(Refusal(b.Build()), "");
  b.last_node().inputs.back() = kNoValue;
  CHECK_EQ(
      Refusal(b.Build()),
      "DATA_LOSS: node 1 'Relu_1' (Relu): post-op 0 (Add): input 1 is absent, expected a value");
  b.last_node().inputs.back() = 3;
  CHECK_EQ(Refusal(b.Build()),
           "DATA_LOSS: node 1 'Relu_1' (Relu): input 1 is value 3 'y', which it produces itself, "
           "expected nodes in topological order");
}

TEST_CASE("all unknown operators are named at once, those of subgraphs too") {
  GraphBuilder inner;
  inner.Output(inner.Add("com.acme.Deep", {inner.Input("i", DType::kFloat32, {1})}));
  GraphBuilder b = Small();
  b.Add("Frobnicate", {0});
  b.Add("acme.Foo", {0}, {}, "foo");
  b.Add("acme.Foo", {0});
  b.Add("Branch", {0}, {{"then_branch", inner.BuildShared()}});
  CHECK_EQ(
      Refusal(b.Build()),
      "UNIMPLEMENTED: graph: operators are not supported: Branch (node 'Branch_5'), Frobnicate "
      "(node 'Frobnicate_2'), acme.Foo (2 nodes, first 'foo'), com.acme.Deep (node 'acme.Deep_0')");
}

TEST_CASE("a list of many unknown operators is cut") {
  GraphBuilder b = Small();
  for (int i = 0; i < 70; ++i) b.Add("Foo" + std::to_string(i), {0});
  const std::string refusal = Refusal(b.Build());
  CHECK_NE(refusal.find(", 6 more"), std::string::npos);
  CHECK_LT(refusal.size(), 3000u);
}

TEST_CASE("subgraphs are nested 16 deep at most") {
  const auto nested = [](int depth) {
    GraphBuilder b;
    for (int i = 0; i < depth; ++i) {
      const std::shared_ptr<const Graph> inner = b.BuildShared();
      b = GraphBuilder();
      b.AddNode("Nest", {}, 0, {{"body", inner}});
    }
    return Refusal(b.Build());
  };
  CHECK_EQ(nested(16),
           "UNIMPLEMENTED: graph: operators are not supported: Nest (16 nodes, first 'Nest_0')");
  CHECK_EQ(nested(17), "RESOURCE_EXHAUSTED: graph: subgraph depth 17 exceeds the limit 16");
}

TEST_CASE("the numbers of nodes and values are limited") {
  Graph g;
  g.nodes.resize(1000001);
  CHECK_EQ(Refusal(g), "RESOURCE_EXHAUSTED: graph: got 1000001 nodes, expected at most 1000000");
  g = Graph();
  g.values.resize(2000000);
  CHECK_EQ(Refusal(g), "");
  g.values.emplace_back();
  CHECK_EQ(Refusal(g), "RESOURCE_EXHAUSTED: graph: got 2000001 values, expected at most 2000000");
}

}  // namespace
}  // namespace kairos::testing

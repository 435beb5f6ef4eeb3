// What must hold of the graphs of control-flow nodes.
#include "graph/subgraphs.h"

#include <doctest/doctest.h>

#include "tests/support/control_flow.h"

namespace kairos::testing {
namespace {

std::string Refusal(const Graph& graph) { return std::string(ValidateGraph(graph).message()); }

Graph OneIf() {
  GraphBuilder b;
  const ValueId condition = b.Input("condition", DType::kBool, {});
  b.Output(NegOrExp(b, condition, b.Input("x", DType::kFloat32, {1})));
  return b.Build();
}

TEST_CASE("sound control flow passes") {
  CHECK(ValidateGraph(OneIf()).ok());
  CHECK(ValidateGraph(DoublingLoop()).ok());
}

TEST_CASE("a branch has as many inputs and outputs as its If says") {
  Graph graph = OneIf();
  graph.nodes[0].inputs.push_back(graph.inputs[1]);
  CHECK(Refusal(graph) == "node 0 'choice' (If): else_branch: got 1 inputs, expected 2");
  graph = OneIf();
  graph.nodes[0].outputs.push_back(kNoValue);
  CHECK(Refusal(graph) == "node 0 'choice' (If): else_branch: got 1 outputs, expected 2");
}

TEST_CASE("a Loop's counts fit together") {
  Graph graph = DoublingLoop();
  graph.nodes[0].attributes.Set("captures", int64_t{3});
  CHECK(Refusal(graph) ==
        "node 0 'loop' (Loop): got 4 inputs with 3 captured ones, expected at least 2 more");
  graph = DoublingLoop();
  graph.nodes[0].inputs[3] = kNoValue;
  CHECK(Refusal(graph) == "node 0 'loop' (Loop): input 3 is absent, expected a value");
  graph = DoublingLoop();
  graph.nodes[0].attributes.Erase("body");
  CHECK(Refusal(graph) == "node 0 'loop' (Loop): attribute 'body' is missing, expected a graph");
}

TEST_CASE("a Scan scans no more inputs than it has, and each list is complete") {
  GraphBuilder body;
  body.Output(body.UnrankedInput("a", DType::kFloat32));
  GraphBuilder b;
  b.Output(b.Add("Scan", {b.Input("x", DType::kFloat32, {1})},
                 {{"body", body.BuildShared()}, {"num_scan_inputs", int64_t{2}}}, "scan"));
  CHECK(
      Refusal(b.Build()) ==
      "node 0 'scan' (Scan): attribute 'num_scan_inputs' is 2, expected at most 1 with 1 outputs");
  b.last_node().attributes.Set("num_scan_inputs", int64_t{1});
  CHECK(ValidateGraph(b.Build()).ok());
  b.last_node().attributes.Set("scan_output_axes", Ints{0, 0});
  CHECK(Refusal(b.Build()) ==
        "node 0 'scan' (Scan): attribute 'scan_output_axes' has 2 elements, expected 1");
}

TEST_CASE("bodies are validated like graphs, and say where they are") {
  GraphBuilder body("body");
  const ValueId x = body.UnrankedInput("x", DType::kFloat32);
  body.Output(body.Add("Neg", {x}, {}, "neg"));
  body.last_node().inputs[0] = 7;
  GraphBuilder b;
  const ValueId condition = b.Input("condition", DType::kBool, {});
  const ValueId y =
      b.Add("If", {condition, b.Input("x", DType::kFloat32, {1})},
            {{"then_branch", body.BuildShared()}, {"else_branch", UnaryBody("Neg")}}, "if");
  b.Output(y);
  CHECK(Refusal(b.Build()) ==
        "node 0 'if' (If): then_branch: node 0 'neg' (Neg): input 0 is value 7, expected an index "
        "below 2");
}

TEST_CASE("only kernels have post-ops") {
  Graph graph = OneIf();
  graph.nodes[0].post_ops.push_back({.op = "Relu"});
  CHECK(Refusal(graph) == "node 0 'choice' (If): has post-ops, which only kernels have");
}

}  // namespace
}  // namespace kairos::testing

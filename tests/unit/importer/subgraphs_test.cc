// Graphs inside of nodes: what they capture becomes inputs.
#include "graph/subgraphs.h"

#include <doctest/doctest.h>

#include "unit/importer/model_proto.h"

namespace kairos::testing {
namespace {

using onnx_format::GraphProto;

GraphProto& AddGraph(NodeProto& node, const std::string& name) {
  AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(AttributeProto::GRAPH);
  return *attribute.mutable_g();
}

NodeProto& AddNode(GraphProto& graph, const std::string& op, const std::vector<std::string>& inputs,
                   const std::string& output) {
  NodeProto& node = *graph.add_node();
  node.set_op_type(op);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

// y = c ? x + w : neg(z), where z comes from a node that stands behind the If in the file
ModelProtoBuilder Branches() {
  ModelProtoBuilder m(13);
  m.Input("c", {}, TensorProto::BOOL).Input("x", {2}).Floats("w", {2}, {1, 2});
  NodeProto& node = m.Node("If", {"c"}, {"y"}, {}, "if");
  GraphProto& then_graph = AddGraph(node, "then_branch");
  AddNode(then_graph, "Add", {"x", "w"}, "then_y");
  then_graph.add_output()->set_name("then_y");
  GraphProto& else_graph = AddGraph(node, "else_branch");
  AddNode(else_graph, "Neg", {"z"}, "else_y");
  else_graph.add_output()->set_name("else_y");
  m.Node("Exp", {"x"}, {"z"});
  m.Output("y");
  return m;
}

TEST_CASE("what branches capture are inputs of the node and of each branch") {
  const absl::StatusOr<Graph> graph = Branches().Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  REQUIRE(graph->nodes.size() == 2);
  const Node& node = graph->nodes[1];
  CHECK(node.op == "If");
  REQUIRE(node.inputs.size() == 4);
  CHECK(graph->value(node.inputs[1]).name == "x");
  CHECK(graph->value(node.inputs[2]).constant.has_value());
  CHECK(graph->value(node.inputs[3]).name == "z");
  for (const BodyOf& body : BodiesOf(node)) CHECK(body.graph->inputs.size() == 3);
}

TEST_CASE("a captured value that nobody makes is an error that names it") {
  ModelProtoBuilder m = Branches();
  m.graph().mutable_node(1)->set_output(0, "other");
  CHECK(m.Import().status() ==
        absl::DataLossError("node #0 'if' (If): captured value 'z' is never produced"));
}

TEST_CASE("a cycle through a branch is found") {
  ModelProtoBuilder m = Branches();
  m.graph().mutable_node(1)->set_input(0, "y");
  CHECK(m.Import().status() ==
        absl::DataLossError("graph has a cycle of 2 nodes: node #1 (Exp) <- node #0 'if' (If)"));
}

TEST_CASE("a Loop gets the inputs and outputs that its body says") {
  ModelProtoBuilder m(13);
  m.Input("x", {2}).Input("step", {2});
  NodeProto& node = m.Node("Loop", {"", "", "x"}, {"last"}, {}, "loop");
  GraphProto& body = AddGraph(node, "body");
  for (const char* input : {"i", "go", "state"}) body.add_input()->set_name(input);
  AddNode(body, "Add", {"state", "step"}, "next");
  AddNode(body, "Less", {"i", "i"}, "again");
  for (const char* output : {"again", "next", "next"}) body.add_output()->set_name(output);
  m.Output("last");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  const Node& loop = graph->nodes[0];
  CHECK(loop.inputs == std::vector<ValueId>{kNoValue, kNoValue, 0, 1});
  CHECK(loop.attributes.Int("captures", 0) == 1);
  CHECK(loop.outputs.size() == 2);
  CHECK(loop.outputs[1] == kNoValue);
}

TEST_CASE("nodes of bodies are upgraded, with what is known outside") {
  ModelProtoBuilder m(6);
  m.Input("c", {}, TensorProto::BOOL).Input("x", {2, 3, 4}).Input("b", {3});
  NodeProto& node = m.Node("If", {"c"}, {"y"});
  for (const char* name : {"then_branch", "else_branch"}) {
    GraphProto& graph = AddGraph(node, name);
    NodeProto& add = AddNode(graph, "Add", {"x", "b"}, "sum");
    for (const auto& [key, value] : {std::pair{"axis", 1}, {"broadcast", 1}}) {
      add.add_attribute()->set_name(key);
      FillAttribute(value, add.mutable_attribute(add.attribute_size() - 1));
    }
    graph.add_output()->set_name("sum");
  }
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(BodiesOf(graph->nodes[0])[0].graph->nodes[0].op == "Unsqueeze");
}

TEST_CASE("problems in bodies say where they are") {
  ModelProtoBuilder m = Branches();
  GraphProto& graph = *m.graph().mutable_node(0)->mutable_attribute(0)->mutable_g();
  graph.mutable_node(0)->set_op_type("Frobnicate");
  std::vector<std::string> problems;
  CHECK(absl::IsUnimplemented(m.Import({}, &problems).status()));
  CHECK(problems == std::vector<std::string>{"op Frobnicate: not supported, at opset 13, node #0 "
                                             "(Frobnicate) in a subgraph of node #0 'if' (If)"});
}

TEST_CASE("graphs are nested 16 deep at most") {
  for (int depth : {16, 17, 40}) {
    ModelProtoBuilder m(13);
    m.Input("c", {}, TensorProto::BOOL).Input("x", {2});
    GraphProto* graph = &m.graph();
    for (int i = 0; i < depth; ++i) {
      NodeProto& node = AddNode(*graph, "If", {"c"}, "y");
      if (graph != &m.graph()) graph->add_output()->set_name("y");
      GraphProto& other = AddGraph(node, "else_branch");
      AddNode(other, "Neg", {"x"}, "n");
      other.add_output()->set_name("n");
      graph = &AddGraph(node, "then_branch");
    }
    AddNode(*graph, "Exp", {"x"}, "e");
    graph->add_output()->set_name("e");
    m.Output("y");
    const absl::Status status = m.Import().status();
    if (depth == 16) CHECK_MESSAGE(status.ok(), status);
    if (depth > 16) {
      CHECK(status == absl::ResourceExhaustedError("graphs are nested deeper than 16, the limit"));
    }
  }
}

TEST_CASE("sequences, optionals and strings are declared as such") {
  ModelProtoBuilder m(16);
  auto& sequence = *m.graph().add_input();
  sequence.set_name("s");
  sequence.mutable_type()
      ->mutable_sequence_type()
      ->mutable_elem_type()
      ->mutable_tensor_type()
      ->set_elem_type(TensorProto::INT64);
  auto& optional = *m.graph().add_input();
  optional.set_name("o");
  *optional.mutable_type()->mutable_optional_type()->mutable_elem_type() = sequence.type();
  m.Input("words", {-1}, TensorProto::STRING);
  m.Node("SequenceLength", {"s"}, {"n"});
  m.Node("OptionalHasElement", {"o"}, {"has"});
  m.Node("StringNormalizer", {"words"}, {"normal"});
  m.Output("n").Output("has").Output("normal");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->value(graph->inputs[0]).kind == ValueKind::kSequence);
  CHECK(graph->value(graph->inputs[0]).dtype == DType::kInt64);
  CHECK(graph->value(graph->inputs[1]).kind == ValueKind::kOptional);
  CHECK(graph->value(graph->inputs[2]).dtype == DType::kString);
}

TEST_CASE("a Scan of opset 8 becomes one over its batch") {
  ModelProtoBuilder m(8);
  m.Input("zero", {1, 2}).Input("x", {1, 3, 2});
  NodeProto& node = m.Node("Scan", {"", "zero", "x"}, {"sum", "all"}, {{"num_scan_inputs", 1}});
  GraphProto& body = AddGraph(node, "body");
  for (const char* input : {"a", "b"}) body.add_input()->set_name(input);
  AddNode(body, "Add", {"a", "b"}, "c");
  for (const char* output : {"c", "c"}) body.add_output()->set_name(output);
  m.Output("sum").Output("all");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->nodes[0].attributes.Int("num_scan_inputs", 0) == 2);
  CHECK(BodiesOf(graph->nodes[0])[0].graph->nodes[0].attributes.Int("num_scan_inputs", 0) == 1);
}

}  // namespace
}  // namespace kairos::testing

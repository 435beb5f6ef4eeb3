// Functions that a model defines are inlined.
#include <doctest/doctest.h>

#include "unit/importer/model_proto.h"

namespace kairos::testing {
namespace {

using onnx_format::FunctionProto;

// local.Scaled(x, bias) = LeakyRelu(x, alpha) + bias, twice in a row
ModelProtoBuilder Calls() {
  ModelProtoBuilder m(13);
  m.Input("x", {2}).Floats("b", {2}, {1, 2});
  FunctionProto& function = *m.model().add_functions();
  function.set_name("Scaled");
  function.set_domain("local");
  for (const char* input : {"v", "bias"}) function.add_input(input);
  function.add_output("out");
  function.add_attribute("slope");
  NodeProto& leaky = *function.add_node();
  leaky.set_op_type("LeakyRelu");
  leaky.add_input("v");
  leaky.add_output("t");
  AttributeProto& alpha = *leaky.add_attribute();
  alpha.set_name("alpha");
  alpha.set_type(AttributeProto::FLOAT);
  alpha.set_ref_attr_name("slope");
  NodeProto& add = *function.add_node();
  add.set_op_type("Add");
  add.set_name("sum");
  for (const char* input : {"t", "bias"}) add.add_input(input);
  add.add_output("out");
  m.Node("Scaled", {"x", "b"}, {"h"}, {{"slope", 0.5f}}, "first").set_domain("local");
  m.Node("Scaled", {"h", "b"}, {"y"}, {}, "second").set_domain("local");
  m.Output("y");
  return m;
}

TEST_CASE("a call becomes the function's nodes, under names of its own") {
  const absl::StatusOr<Graph> graph = Calls().Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  REQUIRE(graph->nodes.size() == 4);
  CHECK(graph->nodes[0].op == "LeakyRelu");
  CHECK(graph->nodes[0].attributes.Float("alpha", 0) == 0.5f);
  CHECK(graph->nodes[1].name == "first_1/sum");
  CHECK_FALSE(graph->nodes[2].attributes.Has("alpha"));
  CHECK(graph->value(graph->nodes[3].outputs[0]).name == "y");
}

TEST_CASE("an attribute that the call leaves out has the function's default") {
  ModelProtoBuilder m = Calls();
  AttributeProto& fallback = *m.model().mutable_functions(0)->add_attribute_proto();
  fallback.set_name("slope");
  fallback.set_type(AttributeProto::FLOAT);
  fallback.set_f(0.25f);
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->nodes[0].attributes.Float("alpha", 0) == 0.5f);
  CHECK(graph->nodes[2].attributes.Float("alpha", 0) == 0.25f);
}

TEST_CASE("a function that calls itself is refused") {
  ModelProtoBuilder m = Calls();
  NodeProto& node = *m.model().mutable_functions(0)->mutable_node(1);
  node.set_op_type("Scaled");
  node.set_domain("local");
  CHECK(
      m.Import().status() ==
      absl::DataLossError("function 'Scaled': calls are nested deeper than 32, perhaps endlessly"));
}

TEST_CASE("calls that do not fit, and other opsets, are refused") {
  ModelProtoBuilder m = Calls();
  m.graph().mutable_node(0)->add_input("x");
  CHECK(m.Import().status() ==
        absl::DataLossError("function 'Scaled': called with 3 inputs and 1 outputs, expected at "
                            "most 2 and 1"));
  m = Calls();
  m.model().mutable_functions(0)->add_opset_import()->set_version(11);
  CHECK(m.Import().status() ==
        absl::UnimplementedError("function 'Scaled': imports opset 11, expected 13 as the model"));
}

}  // namespace
}  // namespace kairos::testing

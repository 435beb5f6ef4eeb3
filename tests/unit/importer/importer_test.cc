#include "rtconvert/importer.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "absl/strings/match.h"

#include "unit/importer/model_proto.h"

namespace kairos {
namespace {

using testing::Elements;
using testing::ModelProtoBuilder;
using testing::TensorProto;

const Value* FindValue(const Graph& graph, const std::string& name) {
  for (const Value& value : graph.values) {
    if (value.name == name) return &value;
  }
  return nullptr;
}

ModelProtoBuilder ReluModel(int opset = 13) {
  ModelProtoBuilder m(opset);
  m.Input("x", {1, -1});
  m.Node("Relu", {"x"}, {"y"});
  m.Output("y");
  return m;
}

TEST_CASE("a model keeps its names, sizes, symbols and metadata") {
  ModelProtoBuilder m(13);
  m.Input("x", {-1, 3, -1, -1});
  auto& dims = *m.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  dims.mutable_dim(0)->set_dim_param("batch");
  dims.mutable_dim(2)->set_dim_param("?");
  dims.mutable_dim(3)->set_dim_value(-1);
  m.Node("Relu", {"x"}, {"y"}, {}, "first");
  m.Output("y");
  auto& metadata = *m.model().add_metadata_props();
  metadata.set_key("character");
  metadata.set_value("abc");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->name == "test");
  CHECK(graph->nodes[0].name == "first");
  CHECK(graph->value(graph->inputs[0]).name == "x");
  CHECK(graph->value(graph->inputs[0]).dtype == DType::kFloat32);
  CHECK(graph->value(graph->inputs[0]).dims ==
        std::vector<Dim>{{-1, "batch"}, {3, ""}, {-1, ""}, {-1, ""}});
  CHECK(graph->value(graph->outputs[0]).name == "y");
  CHECK(graph->metadata == std::vector<std::pair<std::string, std::string>>{{"character", "abc"}});
}

TEST_CASE("nodes without a name of their own get one that is unique") {
  ModelProtoBuilder m(13);
  m.Input("x", {2});
  m.Node("Relu", {"x"}, {"a"}, {}, "Relu_1");
  m.Node("Relu", {"a"}, {"b"});
  m.Node("Relu", {"b"}, {"c"}, {}, "Relu_1");
  m.Output("c");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->nodes[0].name == "Relu_1");
  CHECK(graph->nodes[1].name == "Relu_1_1");
  CHECK(graph->nodes[2].name == "Relu_1_2");
}

TEST_CASE("nodes in another order than they run are sorted") {
  ModelProtoBuilder m(13);
  m.Input("x", {2});
  m.Node("Sigmoid", {"a"}, {"y"});
  m.Node("Relu", {"x"}, {"a"});
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->nodes[0].op == "Relu");
  CHECK(graph->nodes[1].op == "Sigmoid");
}

TEST_CASE("Constant nodes of every kind become constants") {
  ModelProtoBuilder m(13);
  m.Input("x", {2});
  m.Node("Constant", {}, {"f"}, {{"value_float", 2.5f}});
  m.Node("Constant", {}, {"fs"}, {{"value_floats", std::vector<float>{1, 2}}});
  m.Node("Constant", {}, {"i"}, {{"value_int", 1}});
  m.Node("Constant", {}, {"is"}, {{"value_ints", std::vector<int64_t>{0}}});
  m.Node("Add", {"x", "f"}, {"a"});
  m.Node("Add", {"a", "fs"}, {"b"});
  m.Node("Gather", {"b", "i"}, {"c"});
  m.Node("Unsqueeze", {"c", "is"}, {"y"});
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->nodes.size() == 4);
  CHECK(FindValue(*graph, "f")->constant->type == TensorType{DType::kFloat32, {}});
  CHECK(Elements<float>(*FindValue(*graph, "f")->constant) == std::vector<float>{2.5f});
  CHECK(Elements<float>(*FindValue(*graph, "fs")->constant) == std::vector<float>{1, 2});
  CHECK(FindValue(*graph, "i")->constant->type == TensorType{DType::kInt64, {}});
  CHECK(FindValue(*graph, "is")->constant->type == TensorType{DType::kInt64, {1}});
}

TEST_CASE("raw weights are not copied, and outlive the message's other owners") {
  absl::StatusOr<Graph> graph = absl::UnknownError("");
  const void* in_message = nullptr;
  {
    ModelProtoBuilder m(13);
    m.Input("x", {64});
    TensorProto& w = m.Initializer("w", TensorProto::FLOAT, {64});
    w.set_raw_data(std::string(256, '\0'));
    in_message = w.raw_data().data();
    m.Node("Add", {"x", "w"}, {"y"});
    m.Output("y");
    graph = m.Import();
  }
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  const Constant& weights = *FindValue(*graph, "w")->constant;
  CHECK(weights.data == in_message);
  CHECK(Elements<float>(weights) == std::vector<float>(64, 0));
}

TEST_CASE("constants that no node uses are left out") {
  ModelProtoBuilder m = ReluModel();
  m.Floats("unused", {1}, {1});
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(FindValue(*graph, "unused") == nullptr);
}

TEST_CASE("an input with an initializer is a constant") {
  ModelProtoBuilder m(8, /*ir_version=*/3);
  m.Input("x", {2}).Input("w", {2}).Floats("w", {2}, {1, 2});
  m.Node("Add", {"x", "w"}, {"y"});
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->inputs.size() == 1);
  CHECK(FindValue(*graph, "w")->constant.has_value());
}

TEST_CASE("an input can be an output, and so can a weight") {
  ModelProtoBuilder m(13);
  m.Input("x", {2}).Floats("w", {1}, {7}).Output("x").Output("w");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->outputs[0] == graph->inputs[0]);
  CHECK(graph->value(graph->outputs[1]).constant.has_value());
}

TEST_CASE("models of opset 1 to 24 are imported") {
  for (int opset = 1; opset <= 24; ++opset) {
    CAPTURE(opset);
    CHECK(ReluModel(opset).Import().ok());
  }
}

TEST_CASE("a model of IR version 2 has opset 1") {
  ModelProtoBuilder m(13, /*ir_version=*/2);
  m.model().clear_opset_import();
  m.Input("x", {1, 2});
  m.Node("Squeeze", {"x"}, {"y"}, {{"axes", std::vector<int64_t>{0}}});
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->nodes[0].inputs.size() == 2);
}

TEST_CASE("upgrades know ranks through the nodes before") {
  ModelProtoBuilder m(6);
  m.Input("x", {2, 3, 4, 4})
      .Floats("b", {3}, {1, 2, 3})
      .Floats("w", {3, 3, 1, 1}, {1, 0, 0, 0, 1, 0, 0, 0, 1});
  m.Node("Conv", {"x", "w"}, {"a"}, {{"kernel_shape", std::vector<int64_t>{1, 1}}});
  m.Node("Relu", {"a"}, {"c"});
  m.Node("Add", {"c", "b"}, {"y"}, {{"broadcast", 1}, {"axis", 1}}, "bias");
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  REQUIRE(graph->nodes.size() == 4);
  CHECK(graph->nodes[2].op == "Unsqueeze");
  CHECK(graph->nodes[2].name == "bias/Unsqueeze");
  CHECK(Elements<int64_t>(*graph->value(graph->nodes[2].inputs[1]).constant) ==
        std::vector<int64_t>{1, 2});
}

TEST_CASE("upgrades know ranks through shapes that the model computes") {
  ModelProtoBuilder m(12);
  m.Input("x", {2, 3, 4})
      .Int64s("zero", {1}, {0})
      .Int64s("two", {1}, {2})
      .Int64s("rest", {1}, {-1});
  m.Node("Shape", {"x"}, {"shape"});
  m.Node("Slice", {"shape", "zero", "two"}, {"front"});
  m.Node("Concat", {"front", "rest"}, {"target"}, {{"axis", 0}});
  m.Node("Reshape", {"x", "target"}, {"a"});
  m.Node("Softmax", {"a"}, {"y"}, {{"axis", 2}});
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  REQUIRE(graph->nodes.size() == 5);
  CHECK(graph->nodes[4].op == "Softmax");
}

TEST_CASE("a vector doubled without end is no number") {
  ModelProtoBuilder m(12);
  m.Input("x", {2}).Int64s("v0", {1}, {1});
  for (int i = 0; i < 70; ++i) {
    const std::string from = "v" + std::to_string(i), to = "v" + std::to_string(i + 1);
    m.Node("Concat", {from, from}, {to}, {{"axis", 0}});
  }
  m.Node("Reshape", {"x", "v70"}, {"a"});
  m.Node("Softmax", {"a"}, {"y"}, {{"axis", 2}});
  m.Output("y");
  CHECK(m.Import().ok());
}

TEST_CASE("names made by upgrades avoid those of the model") {
  ModelProtoBuilder m(12);
  m.Input("x", {1, 2});
  m.Node("Relu", {"x"}, {"s/axes"});
  m.Node("Squeeze", {"s/axes"}, {"y"}, {{"axes", std::vector<int64_t>{0}}}, "s");
  m.Output("y");
  const absl::StatusOr<Graph> graph = m.Import();
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->value(graph->nodes[1].inputs[1]).name == "s/axes_1");
}

TEST_CASE("shapes given by the caller fix the sizes of inputs") {
  const absl::StatusOr<Graph> graph = ReluModel().Import({.shapes = {{"x", {1, 5}}}});
  REQUIRE_MESSAGE(graph.ok(), graph.status());
  CHECK(graph->value(graph->inputs[0]).dims == std::vector<Dim>{{1, ""}, {5, ""}});
}

TEST_CASE("shapes that contradict the model are refused") {
  CHECK(ReluModel().Import({.shapes = {{"x", {2, 5}}}}).status() ==
        absl::InvalidArgumentError(
            "input 'x': shape does not fit the model, got [2,5], expected [1,?]"));
  CHECK(ReluModel().Import({.shapes = {{"x", {1}}}}).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK(ReluModel().Import({.shapes = {{"z", {1}}}}).status() ==
        absl::InvalidArgumentError("shape for 'z': no such input, expected one of 'x'"));
}

TEST_CASE("everything that is not supported is listed at once") {
  ModelProtoBuilder m(13);
  m.Input("x", {2}).Input("words", {2}, TensorProto::STRING);
  m.graph().add_input()->set_name("list");
  m.graph().mutable_input(2)->mutable_type()->mutable_map_type();
  m.Initializer("packed", TensorProto::INT4, {2});
  m.Node("Frobnicate", {"x"}, {"a"}, {}, "f1");
  m.Node("Frobnicate", {"x"}, {"b"}, {}, "f2");
  m.Node("Gelu", {"a"}, {"c"}).set_domain("com.example");
  m.Node("Cast", {"c"}, {"y"}, {{"to", TensorProto::FLOAT8E5M2}}, "narrow");
  m.Output("y");
  std::vector<std::string> problems;
  const absl::Status status = m.Import({}, &problems).status();
  CHECK(absl::IsUnimplemented(status));
  CHECK(problems ==
        std::vector<std::string>{
            "type int4: not supported, initializer 'packed'",
            "type map: not supported, input 'list'",
            "op Frobnicate: not supported, at opset 13, node #0 'f1' (Frobnicate) and 1 more",
            "op com.example.Gelu: domain not supported, node #2 (Gelu)",
            "type float8e5m2: not supported, node #3 'narrow' (Cast)"});
}

TEST_CASE("nodes of another form than their operator's are listed too") {
  ModelProtoBuilder m(13);
  m.Input("x", {2});
  m.Node("Softmax", {"x"}, {"a"}, {{"speed", 1}}, "s");
  m.Node("Add", {"a"}, {"b"}, {}, "sum");
  m.Node("Frobnicate", {"b"}, {"y"}, {}, "f");
  m.Output("y");
  std::vector<std::string> problems;
  CHECK(absl::IsDataLoss(m.Import({}, &problems).status()));
  REQUIRE(problems.size() == 3);
  CHECK(absl::StartsWith(problems[0], "form of Softmax: attribute 'speed' "));
  CHECK(problems[1] == "form of Add: got 1 inputs, expected 2, node #1 'sum' (Add)");
  CHECK(problems[2] == "op Frobnicate: not supported, at opset 13, node #2 'f' (Frobnicate)");
}

TEST_CASE("operators inside of subgraphs are listed with the others") {
  ModelProtoBuilder m(13);
  m.Input("x", {2});
  auto& branch = *m.Node("Frobnicate", {"x"}, {"y"}).add_attribute();
  branch.set_name("then_branch");
  branch.set_type(onnx_format::AttributeProto::GRAPH);
  branch.mutable_g()->add_node()->set_op_type("Defrobnicate");
  m.Output("y");
  std::vector<std::string> problems;
  CHECK(absl::IsUnimplemented(m.Import({}, &problems).status()));
  CHECK(problems ==
        std::vector<std::string>{
            "op Defrobnicate: not supported, at opset 13, subgraph of node #0 (Frobnicate)",
            "op Frobnicate: not supported, at opset 13, node #0 (Frobnicate)"});
}

TEST_CASE("an opset that is too new is refused, naming it") {
  CHECK(ReluModel(25).Import().status() ==
        absl::UnimplementedError("opset 25: not supported, expected 1 to 24, node #0 (Relu)"));
  CHECK(ReluModel(0).Import().status() ==
        absl::DataLossError("opset_import: version out of range, got 0, expected 1 to 24"));
}

}  // namespace
}  // namespace kairos

#include "executor/analysis.h"

#include <doctest/doctest.h>
#include <string>

#include "tests/support/graph_builder.h"
#include "tests/unit/executor/lowered_graph.h"

namespace kairos::testing {
namespace {

std::string Bytes(const std::vector<int64_t>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(int64_t)};
}

// y = reshape(x, target), the target an input
Graph ReshapeByInput() {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  const ValueId target = b.Input("target", DType::kInt64, {-1});
  b.Output(b.Add("Reshape", {x, target}, {}, "reshape"));
  return b.Build();
}

TEST_CASE("values decide shapes through the operators that compute them") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  const ValueId a = b.Input("a", DType::kInt64, {1}), c = b.Input("c", DType::kInt64, {1});
  const ValueId target = b.Add("Concat", {a, b.Add("Neg", {c})}, {{"axis", int64_t{0}}});
  b.Output(b.Add("Reshape", {x, target}));
  const std::vector<bool> decides = ValuesThatDecideShapes(b.Build());
  CHECK_FALSE(decides[static_cast<size_t>(x)]);
  CHECK(decides[static_cast<size_t>(a)]);
  CHECK(decides[static_cast<size_t>(c)]);
  CHECK(decides[static_cast<size_t>(target)]);
}

TEST_CASE("only the shape, not the content, of Shape's input decides") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  const ValueId like = b.Input("like", DType::kFloat32, {-1, -1});
  b.Output(b.Add("Reshape", {x, b.Add("Shape", {like})}));
  CHECK_FALSE(ValuesThatDecideShapes(b.Build())[static_cast<size_t>(like)]);
}

TEST_CASE("shape arithmetic is done before the run") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, 4, 5});
  const ValueId batch =
      b.Add("Gather", {b.Add("Shape", {x}), b.Constant<int64_t>("zero", {1}, {0})});
  const ValueId target =
      b.Add("Concat", {batch, b.Constant<int64_t>("rest", {1}, {-1})}, {{"axis", int64_t{0}}});
  const ValueId y = b.Add("Reshape", {x, target}, {}, "reshape");
  b.Output(y);
  const SpecializedGraph specialized = Specializing().Specialize(b.Build(), {Float({3, 4, 5})});
  REQUIRE(specialized.graph.nodes.size() == 1);
  CHECK(specialized.graph.nodes[0].name == "reshape");
  CHECK(specialized.types[static_cast<size_t>(y)] == Float({3, 20}));
}

TEST_CASE("what no output needs is dropped") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2});
  b.Add("Exp", {x});
  b.Output(b.Add("Neg", {x}));
  const SpecializedGraph specialized = Specializing().Specialize(b.Build(), {Float({2})});
  REQUIRE(specialized.graph.nodes.size() == 1);
  CHECK(specialized.graph.nodes[0].op == "Neg");
}

TEST_CASE("an input whose bytes are in the signature is a constant") {
  const Signature signature{{Float({2, 6}), {DType::kInt64, {2}}}, {"", Bytes({3, 4})}};
  const SpecializedGraph specialized =
      Unwrap(Specializing().Specialize(ReshapeByInput(), signature));
  CHECK(specialized.input_index == std::vector<int32_t>{0});
  CHECK(specialized.types[2] == Float({3, 4}));
}

TEST_CASE("an empty target of Reshape makes a scalar") {
  const Signature signature{{Float({1, 1}), {DType::kInt64, {0}}}, {"", ""}};
  const SpecializedGraph specialized =
      Unwrap(Specializing().Specialize(ReshapeByInput(), signature));
  CHECK(specialized.types[2] == Float({}));
}

TEST_CASE("a shape that depends on data of the run is refused, naming the node") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {6});
  const ValueId target = b.Add("Cast", {x}, {{"to", int64_t{7}}});
  b.Output(b.Add("Reshape", {x, target}, {}, "reshape"));
  const absl::Status status =
      Specializing().Specialize(b.Build(), Signature{{Float({6})}, {""}}).status();
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  const std::string message(status.message());
  CHECK(message.rfind("node 'reshape' (Reshape): ", 0) == 0);
  CHECK(message.find(", which only a run computes") != std::string::npos);
}

TEST_CASE("a small file that asks for gigabytes to decide a shape is refused, naming the node") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {6});
  const ValueId many = b.Constant<int64_t>("many", {1}, {int64_t{1} << 30});
  const ValueId target = b.Add("ConstantOfShape", {many}, {}, "fill");
  b.Output(b.Add("Reshape", {x, target}));
  const absl::Status status =
      Specializing().Specialize(b.Build(), Signature{{Float({6})}, {""}}).status();
  CHECK(status.code() == absl::StatusCode::kResourceExhausted);
  CHECK(std::string(status.message()) ==
        "node 'fill' (ConstantOfShape): decides a shape and has 4294967296 bytes, expected at most "
        "67108864");
}

TEST_CASE("shapes that do not fit an operator are an error that names the node") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1}), y = b.Input("y", DType::kFloat32, {-1});
  b.Output(b.Add("Add", {x, y}, {}, "sum"));
  const absl::Status status =
      Specializing().Specialize(b.Build(), Signature{{Float({2}), Float({3})}, {"", ""}}).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()).rfind("node 'sum' (Add): ", 0) == 0);
}

}  // namespace
}  // namespace kairos::testing

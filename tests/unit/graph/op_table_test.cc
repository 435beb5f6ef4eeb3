#include "graph/op_table.h"

#include <algorithm>
#include <doctest/doctest.h>
#include <set>
#include <string>
#include <utility>

#include "graph/dtype_rule.h"

namespace kairos {
namespace {

TEST_CASE("operators are found by domain and name") {
  REQUIRE_NE(FindOp("", "Conv"), nullptr);
  CHECK_EQ(FindOp("", "Conv")->max_inputs, 3);
  CHECK_NE(FindOp("kairos", "Swish"), nullptr);
  CHECK_EQ(FindOp("", "Swish"), nullptr);
  CHECK_EQ(FindOp("kairos", "Conv"), nullptr);
  CHECK_EQ(FindOp("", ""), nullptr);
  CHECK_EQ(FindOp("", "nonzero"), nullptr);
}

TEST_CASE("every row is complete and unique") {
  std::set<std::pair<std::string, std::string>> seen;
  for (const OpInfo& row : AllOps()) {
    CAPTURE(std::string(row.op));
    CHECK(seen.emplace(row.domain, row.op).second);
    CHECK_EQ(FindOp(row.domain, row.op), &row);
    CHECK_EQ(row.shape_function != nullptr, row.kind == OpKind::kKernel);
    CHECK_EQ(row.input_types.empty(), row.kind != OpKind::kKernel);
    for (char letter : row.input_types) CHECK_FALSE(DTypesOf(letter).empty());
    CHECK((row.max_inputs == -1 || row.max_inputs >= row.min_inputs));
    CHECK((row.max_outputs == -1 || row.max_outputs >= row.min_outputs));
    CHECK_GE(row.min_outputs, 0);
    CHECK_NE(row.max_outputs, 0);
    // A kernel cannot do without the values that its shapes are made of.
    CHECK_EQ(row.shape_inputs & ~row.value_inputs, 0u);
    if (row.max_inputs >= 0 && row.max_inputs < 32) {
      CHECK_EQ(row.value_inputs >> row.max_inputs, 0u);
    }
    std::set<std::string> names;
    for (const AttributeSpec& spec : row.attributes) {
      CHECK(names.emplace(spec.name).second);
      CHECK_LE(spec.min_int, spec.max_int);
    }
  }
}

TEST_CASE("views have the bytes of their first input") {
  for (const char* op : {"Reshape", "Flatten", "Squeeze", "Unsqueeze", "Identity"}) {
    CHECK(FindOp("", op)->is_view);
  }
  CHECK_EQ(std::count_if(AllOps().begin(), AllOps().end(),
                         [](const OpInfo& row) { return row.is_view; }),
           5);
}

TEST_CASE("a rule of types treats capital letters as one type and small ones as many") {
  const Operand f{true, {DType::kFloat32, {}}}, d{true, {DType::kFloat64, {}}}, absent;
  CHECK(CheckInputDTypes("F", {f, f, f}).ok());
  CHECK(CheckInputDTypes("f", {f, d, f}).ok());
  CHECK(CheckInputDTypes("Ff", {f, d, d}).ok());
  CHECK(CheckInputDTypes("FNF", {f, d, f}).ok());
  CHECK(CheckInputDTypes("F", {f, absent, f}).ok());
  CHECK_EQ(CheckInputDTypes("F", {f, absent, d}).message(),
           "input 2 has type float64, expected float32 because input 0 has it");
  CHECK_EQ(CheckInputDTypes("FNF", {f, d, d}).message(),
           "input 2 has type float64, expected float32 because input 0 has it");
  CHECK_EQ(CheckInputDTypes("x", {f}).message(),
           "input 0 has type float32, expected int32 or int64");
  CHECK_FALSE(DTypeFits('?', DType::kFloat32));
  CHECK_FALSE(DTypeFits('A', static_cast<DType>(255)));
}

TEST_CASE("supported operators are listed by name, sorted") {
  const std::vector<std::string> names = SupportedOps();
  CHECK(std::is_sorted(names.begin(), names.end()));
  CHECK_EQ(names.size(), AllOps().size());
  CHECK(std::binary_search(names.begin(), names.end(), "Conv"));
  CHECK(std::binary_search(names.begin(), names.end(), "kairos.Reorder"));
}

TEST_CASE("labels of nodes are fit for messages") {
  Node node;
  node.op = "Conv";
  node.name = "layer2.conv1";
  CHECK_EQ(NodeLabel(node), "node 'layer2.conv1' (Conv)");
  node.name = "a\nb" + std::string(100, 'x');
  CHECK_EQ(NodeLabel(node), "node 'a\\nb" + std::string(61, 'x') + "...' (Conv)");
}

}  // namespace
}  // namespace kairos

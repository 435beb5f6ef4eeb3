// Files of released formats must load for ever, as the graphs they were made from. A golden file is
// never written again: a new format gets a new file beside the old ones (see README.md).

#include <doctest/doctest.h>
#include <filesystem>
#include <string>

#include "kairos/model.h"
#include "tests/support/graph_builder.h"
#include "tests/support/graph_equal.h"

namespace kairos {
namespace {

using namespace testing;  // NOLINT(google-build-using-namespace)

std::string GoldenFile(const char* name) {
  return (std::filesystem::path(__FILE__).parent_path() / name).string();
}

// Uses every kind of attribute but subgraphs, a post-op, symbols, metadata and several dtypes.
Graph Format1Graph() {
  GraphBuilder b("format1");
  const ValueId x =
      b.InputDims("x", DType::kFloat32, {Dim{-1, "batch"}, Dim{3, ""}, Dim{6, ""}, Dim{6, ""}});
  const ValueId weights = b.Constant<float>("weights", {1, 3, 1, 1}, {0.5f, -1.25f, 2.0f});
  const ValueId conv =
      b.Add("Conv", {x, weights},
            {{"group", 1}, {"pads", Ints{1, 0, 1, 0}}, {"auto_pad", "NOTSET"}}, "conv");
  b.PostOp("Clip", {{"min", 0.0f}, {"max", 6.0f}});
  const ValueId leaky = b.Add("LeakyRelu", {conv}, {{"alpha", 0.125f}}, "leaky");
  const ValueId target = b.Constant<int64_t>("target", {2}, {-1, 48});
  const ValueId flat = b.Add("Reshape", {leaky, target}, {}, "flatten");
  const ValueId size = b.Constant<int64_t>("size", {2}, {48, 2});
  const ValueId filled =
      b.Add("ConstantOfShape", {size}, {{"value", MakeConstant<float>({1}, {0.25f})}}, "fill");
  b.Output(b.Add("Einsum", {flat, filled}, {{"equation", "ij,jk->ik"}}, "product"), "y");
  b.graph().metadata = {{"labels", "zero\none"}};
  return b.Build();
}

TEST_CASE("a file of format 1 loads as the graph it was made from") {
  const auto model = Model::Load(GoldenFile("format1.kai"));
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  CHECK(Equal((*model)->graph(), Format1Graph()));
}

TEST_CASE("the digest of a file of format 1 is that of the graph") {
  const auto model = Model::Load(GoldenFile("format1.kai"));
  REQUIRE(model.ok());
  CHECK((*model)->digest() == (*Model::FromGraph(Format1Graph()))->digest());
}

TEST_CASE("a file of format 1 with a plan still gives the plan") {
  const auto model = Model::Load(GoldenFile("format1_plan.kai"));
  REQUIRE_MESSAGE(model.ok(), model.status().message());
  for (const std::string& problem : (*model)->plan_problems()) FAIL_CHECK(problem);
  REQUIRE((*model)->plans().size() == 1);
  const Plan& plan = (*model)->plans()[0];
  CHECK(plan.backend_order == "onednn,reference");
  REQUIRE(plan.programs.size() == 1);
  CHECK(plan.programs[0].steps.size() == 3);
  CHECK(plan.programs[0].steps[0].packed[0].layout == std::string("tiled\0x", 7));
}

}  // namespace
}  // namespace kairos

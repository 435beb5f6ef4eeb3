#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "rtconvert/upgrade.h"
#include "unit/importer/upgrade_fixture.h"

namespace kairos {
namespace {

TEST_CASE("the upgrade table is sorted by opset") {
  for (size_t i = 1; i < UpgradeRows().size(); ++i) {
    CHECK(UpgradeRows()[i - 1].opset <= UpgradeRows()[i].opset);
  }
}

TEST_CASE("an upgrade applies the rows above the model's opset only, in order") {
  const auto upgraded = [](int opset) {
    ValueFacts facts;
    UniqueNames names;
    OnnxNode node{.op = "Upsample", .name = "up", .inputs = {"x"}, .outputs = {"y"}};
    if (opset >= 9) {
      node.inputs.push_back("scales");
    } else {
      node.attributes.Set("scales", Floats{1, 1, 2, 2});
    }
    UpgradeScope scope(node, &facts, &names);
    REQUIRE(UpgradeNode(opset, scope).ok());
    return scope.node;
  };
  CHECK(upgraded(7).op == "Resize");
  CHECK(upgraded(7).inputs == std::vector<std::string>{"x", "", "up/scales"});
  CHECK(upgraded(9).inputs == std::vector<std::string>{"x", "", "scales"});
  CHECK(upgraded(10).op == "Upsample");
}

}  // namespace
}  // namespace kairos

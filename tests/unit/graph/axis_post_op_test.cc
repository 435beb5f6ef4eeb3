#include "unit/graph/axis_case.h"

namespace kairos::testing {
namespace {

// The axis of output 0 of a 1x1 convolution [2,4,6,6] -> [2,2,6,6] with what is fused into it.
std::string FlowOfFused(const std::vector<PostOp>& post_ops, const std::vector<Shape>& operands,
                        std::vector<int> axes) {
  Node node = NodeOf({"Conv", {"x", "w"}, {}, ""});
  std::vector<Operand> inputs = {{true, {DType::kFloat32, {2, 4, 6, 6}}, false, nullptr},
                                 {true, {DType::kFloat32, {2, 4, 1, 1}}, true, nullptr}};
  node.post_ops = post_ops;
  for (const Shape& shape : operands) {
    node.inputs.push_back(static_cast<ValueId>(node.inputs.size()));
    inputs.push_back({true, {DType::kFloat32, shape}, false, nullptr});
  }
  const Operand output = {true, {DType::kFloat32, {2, 2, 6, 6}}, false, nullptr};
  const auto flow = FlowOfAxis(node, inputs, {output}, axes, 2);
  if (!flow.has_value()) return "not let through";
  return (*flow)[0] == kWhole ? "whole" : std::to_string((*flow)[0]);
}

const PostOp kRelu = {"Relu", {}, -1};
const PostOp kAdd = {"Add", {}, 2};

TEST_CASE("operands of post-ops are cut with the result, or are the same for all items") {
  CHECK_EQ(FlowOfFused({kRelu}, {}, {0, kWhole}), "0");
  CHECK_EQ(FlowOfFused({kRelu, kAdd}, {{2, 2, 6, 6}}, {0, kWhole, 0}), "0");
  CHECK_EQ(FlowOfFused({kAdd}, {{2, 1, 1}}, {0, kWhole, kWhole}), "0");
  CHECK_EQ(FlowOfFused({kAdd}, {{1, 2, 6, 6}}, {0, kWhole, kWhole}), "0");
  CHECK_EQ(FlowOfFused({kAdd}, {{2, 2, 6, 6}}, {0, kWhole, kWhole}), "not let through");
  CHECK_EQ(FlowOfFused({kAdd}, {{2, 2, 6, 6}}, {0, kWhole, 1}), "not let through");
  CHECK_EQ(FlowOfFused({kAdd}, {{2, 2, 6, 6}}, {kWhole, kWhole, 0}), "not let through");
  CHECK_EQ(FlowOfFused({kAdd}, {{2, 2, 6, 6}}, {kWhole, kWhole, kWhole}), "whole");
}

TEST_CASE("a cut that does not fit its input is not let through") {
  CHECK_EQ(FlowOfFused({}, {}, {0}), "not let through");          // an axis is missing
  CHECK_EQ(FlowOfFused({}, {}, {4, kWhole}), "not let through");  // no such axis
  const Node relu = NodeOf({"Relu", {"x"}, {}, ""});
  const Operand odd = {true, {DType::kFloat32, {3}}, false, nullptr};
  CHECK(!FlowOfAxis(relu, {odd}, {odd}, {0}, 2).has_value());
  CHECK(!FlowOfAxis(relu, {Operand{}}, {odd}, {0}, 1).has_value());
  CHECK(!FlowOfAxis(relu, {odd}, {odd}, {0}, 0).has_value());
  CHECK(FlowOfAxis(relu, {odd}, {odd}, {0}, 3).has_value());
}

}  // namespace
}  // namespace kairos::testing

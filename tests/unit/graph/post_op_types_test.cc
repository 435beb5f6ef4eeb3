#include "infer_case.h"

namespace kairos::testing {
namespace {

const std::string kSrc = "float32[1,2,4,4]";
const std::string kWeights = "float32[3,2,3,3]";

Node FusedConv(std::vector<PostOp> post_ops, size_t input_count) {
  InferCase row{"Conv", std::vector<std::string>(input_count, "x"), {}, ""};
  Node node = NodeOf(row);
  node.post_ops = std::move(post_ops);
  return node;
}

PostOp Unary(const char* op) { return {.op = op}; }
PostOp Binary(const char* op, int operand) { return {.op = op, .operand = operand}; }

TEST_CASE("operands of post-ops are not inputs of the operator") {
  const Node node = FusedConv({Binary("Add", 2), Unary("Relu"), Binary("Mul", 3)}, 4);
  CHECK_EQ(node.base_input_count(), 2);
  CHECK_EQ(Inferred(node, {kSrc, kWeights, "float32[1,3,2,2]", "float32[3,1,1]"}),
           "float32[1,3,2,2]");
}

TEST_CASE("types of post-op operands may be left out") {
  CHECK_EQ(Inferred(FusedConv({Binary("Add", 2)}, 3), {kSrc, kWeights}), "float32[1,3,2,2]");
}

TEST_CASE("post-ops do not change the shape or the type of the output") {
  const auto with = [](const std::string& operand) {
    return Inferred(FusedConv({Unary("Relu"), Binary("Add", 2)}, 3), {kSrc, kWeights, operand});
  };
  CHECK_EQ(with("float32[2,3,2,2]"),
           "INVALID_ARGUMENT: post-op 1 (Add): input 2 has shape [2,3,2,2], expected one that "
           "broadcasts to [1,3,2,2] of the result");
  CHECK_EQ(with("float32[1,1,3,2,2]"),
           "INVALID_ARGUMENT: post-op 1 (Add): input 2 has shape [1,1,3,2,2], expected one that "
           "broadcasts to [1,3,2,2] of the result");
  CHECK_EQ(with("float16[3,1,1]"),
           "INVALID_ARGUMENT: post-op 1 (Add): input 2 has type float16, expected float32 of the "
           "result before it");
}

TEST_CASE("a post-op must be defined for the type of the result") {
  Node node = NodeOf({"Add", {"x", "x"}, {}, ""});
  node.post_ops = {Unary("Tanh")};
  CHECK_EQ(Inferred(node, {"int32[2]", "int32[2]"}),
           "INVALID_ARGUMENT: post-op 0 (Tanh): the result before it is int32, expected floating "
           "point");
  CHECK_EQ(Inferred(node, {"float32[2]", "float32[2]"}), "float32[2]");
}

TEST_CASE("post-ops are of a vocabulary and take their operands in order") {
  const std::vector<std::string> inputs = {kSrc, kWeights, "float32[3,1,1]", "float32[3,1,1]"};
  CHECK_EQ(Inferred(FusedConv({Unary("Sin")}, 2), {kSrc, kWeights}),
           "UNIMPLEMENTED: post-op 0 (Sin): operator 'Sin' cannot be fused");
  CHECK_EQ(Inferred(FusedConv({Binary("Add", 3), Binary("Mul", 2)}, 4), inputs),
           "INVALID_ARGUMENT: post-op 0 (Add): operand is 3, expected 2");
  CHECK_EQ(Inferred(FusedConv({Binary("Add", 2), Binary("Mul", 2)}, 4), inputs),
           "INVALID_ARGUMENT: post-op 1 (Mul): operand is 2, expected 3");
  CHECK_EQ(Inferred(FusedConv({Binary("Relu", 2)}, 3), {kSrc, kWeights, "float32[1]"}),
           "INVALID_ARGUMENT: post-op 0 (Relu): operand is 2, expected -1");
  CHECK_EQ(Inferred(FusedConv({Unary("Add")}, 2), {kSrc, kWeights}),
           "INVALID_ARGUMENT: post-op 0 (Add): operand is -1, expected 2");
  CHECK_EQ(Inferred(FusedConv(std::vector<PostOp>(3, Binary("Add", 0)), 2), {}),
           "INVALID_ARGUMENT: got 2 inputs, expected 3 for the post-ops alone");
}

TEST_CASE("attributes of post-ops are checked, Clip's bounds being among them") {
  const auto with = [](const char* op, const char* name, Attribute value) {
    PostOp post_op = Unary(op);
    post_op.attributes.Set(name, std::move(value));
    return Inferred(FusedConv({post_op}, 2), {kSrc, kWeights});
  };
  CHECK_EQ(with("Clip", "min", -1.0f), "float32[1,3,2,2]");
  CHECK_EQ(with("Swish", "alpha", 2.0f), "float32[1,3,2,2]");
  CHECK_EQ(with("Clip", "min", int64_t{1}),
           "INVALID_ARGUMENT: post-op 0 (Clip): attribute 'min' is an int, expected a float");
  CHECK_EQ(with("Relu", "alpha", 1.0f),
           "INVALID_ARGUMENT: post-op 0 (Relu): attribute 'alpha' is not one of this operator's");
}

TEST_CASE("a node has 64 post-ops at most") {
  CHECK_EQ(Inferred(FusedConv(std::vector<PostOp>(64, Unary("Relu")), 2), {kSrc, kWeights}),
           "float32[1,3,2,2]");
  CHECK_EQ(Inferred(FusedConv(std::vector<PostOp>(65, Unary("Relu")), 2), {kSrc, kWeights}),
           "RESOURCE_EXHAUSTED: got 65 post-ops, expected at most 64");
}

TEST_CASE("inputs that contradict the node or the limits are refused") {
  const Node node = FusedConv({}, 2);
  CHECK_EQ(Inferred(node, {kSrc}), "INVALID_ARGUMENT: got types of 1 inputs, expected 2");
  CHECK_EQ(Inferred(node, {kSrc, ""}),
           "INVALID_ARGUMENT: input 1 is absent, expected the contrary");
  CHECK_EQ(Inferred(node, {kSrc, "float32[-1]"}),
           "INVALID_ARGUMENT: input 1: shape [-1] has a negative dimension");
  CHECK_EQ(Inferred(node, {"float32[0,2147483647,2147483647]", kWeights}),
           "RESOURCE_EXHAUSTED: input 0: element count overflows, shape "
           "[0,2147483647,2147483647] passes 2^40 elements");
  CHECK_EQ(Inferred(NodeOf({"Frob", {}, {}, ""}), {}),
           "UNIMPLEMENTED: operator 'Frob' of domain '' is not supported");
  CHECK_EQ(Inferred(NodeOf({"Loop", {}, {}, ""}), {}),
           "UNIMPLEMENTED: the operator is run by the executor, expected one of kernels");
}

}  // namespace
}  // namespace kairos::testing

#include "graph/check_node.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/check_attributes.h"
#include "graph/op_rows.h"
#include "graph/subgraphs.h"

namespace kairos {
namespace {

constexpr size_t kMaxPostOps = 64;

struct PostOpRow {
  absl::string_view op;
  absl::string_view domain;
  bool is_binary;
};
constexpr PostOpRow kPostOps[] = {
    {"Abs", "", false},         {"Add", "", true},
    {"Clip", "", false},        {"Div", "", true},
    {"Elu", "", false},         {"Erf", "", false},
    {"Exp", "", false},         {"Gelu", "", false},
    {"HardSigmoid", "", false}, {"HardSwish", "", false},
    {"LeakyRelu", "", false},   {"Max", "", true},
    {"Min", "", true},          {"Mish", "", false},
    {"Mul", "", true},          {"Pow", "", true},
    {"Relu", "", false},        {"Sigmoid", "", false},
    {"Softplus", "", false},    {"Sqrt", "", false},
    {"Sub", "", true},          {"Swish", kInternalDomain, false},
    {"Tanh", "", false},
};

constexpr AttributeSpec kClipBounds[] = {{.name = "max", .type = AttributeType::kFloat},
                                         {.name = "min", .type = AttributeType::kFloat}};

std::string ArityOf(int min, int max) {
  if (max < 0) return absl::StrCat("at least ", min);
  return min == max ? absl::StrCat(min) : absl::StrCat(min, " to ", max);
}

absl::Status CheckArity(absl::string_view kind, absl::Span<const ValueId> ids, int min, int max) {
  if (ids.size() < static_cast<size_t>(min) ||
      (max >= 0 && ids.size() > static_cast<size_t>(max))) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", ids.size(), " ", kind, "s, expected ", ArityOf(min, max)));
  }
  // Of a list of any length every input counts, while an output may be of no interest.
  const bool all_required = max < 0 && kind == "input";
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] != kNoValue || (!all_required && i >= static_cast<size_t>(min))) continue;
    return absl::InvalidArgumentError(absl::StrCat(kind, " ", i, " is absent, expected a value"));
  }
  return absl::OkStatus();
}

absl::Status CheckPostOp(const Node& node, const PostOp& post_op, int next_operand) {
  const PostOpInfo info = FindPostOp(post_op.op);
  if (info.row == nullptr) {
    return absl::UnimplementedError(
        absl::StrCat("operator '", Printable(post_op.op), "' cannot be fused"));
  }
  const int expected = info.is_binary ? next_operand : -1;
  if (post_op.operand != expected) {
    return absl::InvalidArgumentError(
        absl::StrCat("operand is ", post_op.operand, ", expected ", expected));
  }
  if (expected >= 0 && node.inputs[static_cast<size_t>(expected)] == kNoValue) {
    return absl::InvalidArgumentError(
        absl::StrCat("input ", expected, " is absent, expected a value"));
  }
  return CheckAttributes(post_op.attributes, post_op.op == "Clip" ? absl::MakeConstSpan(kClipBounds)
                                                                  : info.row->attributes);
}

absl::Status CheckPostOps(const Node& node) {
  if (node.post_ops.size() > kMaxPostOps) {
    return absl::ResourceExhaustedError(
        absl::StrCat("got ", node.post_ops.size(), " post-ops, expected at most ", kMaxPostOps));
  }
  // The operands stand behind the operator's own inputs, in the order of the post-ops.
  int next_operand = static_cast<int>(node.base_input_count());
  for (size_t i = 0; i < node.post_ops.size(); ++i) {
    const PostOp& post_op = node.post_ops[i];
    const absl::Status valid = CheckPostOp(node, post_op, next_operand);
    if (!valid.ok()) {
      return Annotate(absl::StrCat("post-op ", i, " (", Printable(post_op.op), ")"), valid);
    }
    if (post_op.operand >= 0) ++next_operand;
  }
  return absl::OkStatus();
}

size_t OperandCount(const Node& node) {
  return static_cast<size_t>(
      std::count_if(node.post_ops.begin(), node.post_ops.end(),
                    [](const PostOp& post_op) { return post_op.operand >= 0; }));
}

}  // namespace

size_t Node::base_input_count() const {
  return inputs.size() - std::min(inputs.size(), OperandCount(*this));
}

PostOpInfo FindPostOp(absl::string_view op) {
  for (const PostOpRow& row : kPostOps) {
    if (row.op == op) return {FindOp(row.domain, row.op), row.is_binary};
  }
  return {nullptr, false};
}

absl::Status CheckNodeForm(const Node& node, const OpInfo& info) {
  if (OperandCount(node) > node.inputs.size()) {
    return absl::InvalidArgumentError(absl::StrCat("got ", node.inputs.size(), " inputs, expected ",
                                                   OperandCount(node), " for the post-ops alone"));
  }
  const auto base = absl::MakeConstSpan(node.inputs).subspan(0, node.base_input_count());
  KAIROS_RETURN_IF_ERROR(CheckArity("input", base, info.min_inputs, info.max_inputs));
  KAIROS_RETURN_IF_ERROR(CheckArity("output", node.outputs, info.min_outputs, info.max_outputs));
  if (node.outputs.empty()) return absl::InvalidArgumentError("got 0 outputs, expected at least 1");
  KAIROS_RETURN_IF_ERROR(CheckAttributes(node.attributes, info.attributes));
  if (info.kind == OpKind::kControl) KAIROS_RETURN_IF_ERROR(CheckBodies(node));
  if (info.kind != OpKind::kKernel && !node.post_ops.empty()) {
    return absl::InvalidArgumentError("has post-ops, which only kernels have");
  }
  return CheckPostOps(node);
}

}  // namespace kairos

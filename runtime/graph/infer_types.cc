#include <string>

#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/check_node.h"
#include "graph/dtype_rule.h"
#include "graph/op_table.h"
#include "graph/shape_context.h"

namespace kairos {
namespace {

absl::Status CheckInputs(const Node& node, const OpInfo& info, absl::Span<const Operand> inputs) {
  if (inputs.size() != node.inputs.size() && inputs.size() != node.base_input_count()) {
    return absl::InvalidArgumentError(
        absl::StrCat("got types of ", inputs.size(), " inputs, expected ", node.inputs.size()));
  }
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].present != (node.inputs[i] != kNoValue)) {
      return absl::InvalidArgumentError(absl::StrCat("input ", i, " is ",
                                                     inputs[i].present ? "present" : "absent",
                                                     ", expected the contrary"));
    }
    if (!inputs[i].present) continue;
    const TensorType& type = inputs[i].type;
    const absl::Status fits = CheckedByteCount(type.dtype, type.shape).status();
    if (!fits.ok()) return Annotate(absl::StrCat("input ", i), fits);
  }
  return CheckInputDTypes(info.input_types, inputs.subspan(0, node.base_input_count()));
}

absl::Status CheckPostOpTypes(const PostOp& post_op, const TensorType& result,
                              absl::Span<const Operand> inputs) {
  const PostOpInfo info = FindPostOp(post_op.op);
  if (!DTypeFits(info.row->input_types[0], result.dtype)) {
    return absl::InvalidArgumentError(absl::StrCat("the result before it is ",
                                                   DTypeName(result.dtype), ", expected ",
                                                   DTypesOf(info.row->input_types[0])));
  }
  const auto operand = static_cast<size_t>(post_op.operand);
  if (!info.is_binary || operand >= inputs.size()) return absl::OkStatus();
  const TensorType& type = inputs[operand].type;
  if (type.dtype != result.dtype) {
    return absl::InvalidArgumentError(
        absl::StrCat("input ", operand, " has type ", DTypeName(type.dtype), ", expected ",
                     DTypeName(result.dtype), " of the result before it"));
  }
  if (!BroadcastsTo(type.shape, result.shape)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "input ", operand, " has shape ", ShapeString(type.shape),
        ", expected one that broadcasts to ", ShapeString(result.shape), " of the result"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InferTypes(const Node& node, absl::Span<const Operand> inputs,
                        std::vector<TensorType>* outputs) {
  const OpInfo* info = FindOp(node.domain, node.op);
  if (info == nullptr) {
    return absl::UnimplementedError(absl::StrCat("operator '", Printable(node.op), "' of domain '",
                                                 Printable(node.domain), "' is not supported"));
  }
  if (info->kind != OpKind::kKernel) {
    return absl::UnimplementedError("the operator is run by the executor, expected one of kernels");
  }
  KAIROS_RETURN_IF_ERROR(CheckNodeForm(node, *info));
  KAIROS_RETURN_IF_ERROR(CheckInputs(node, *info, inputs));
  outputs->assign(node.outputs.size(), TensorType());
  ShapeContext context{node, inputs.subspan(0, node.base_input_count()), *outputs};
  KAIROS_RETURN_IF_ERROR(info->shape_function(context));
  for (size_t i = 0; i < outputs->size(); ++i) {
    const TensorType& type = (*outputs)[i];
    const absl::Status fits = CheckedByteCount(type.dtype, type.shape).status();
    if (!fits.ok()) return Annotate(absl::StrCat("output ", i), fits);
  }
  for (size_t i = 0; i < node.post_ops.size(); ++i) {
    const absl::Status fits = CheckPostOpTypes(node.post_ops[i], (*outputs)[0], inputs);
    if (!fits.ok())
      return Annotate(absl::StrCat("post-op ", i, " (", node.post_ops[i].op, ")"), fits);
  }
  return absl::OkStatus();
}

}  // namespace kairos

#include "reference/post_ops.h"

#include "absl/strings/str_cat.h"

#include "reference/pointwise.h"
#include "reference/scalar_ops.h"

namespace kairos::reference {
namespace {

template <typename Op>
bool Serves(const Op* op, DType dtype) {
  return op != nullptr && op->result == ResultType::kSame && Contains(op->types, dtype);
}

absl::Status SupportsOperand(const KernelRequest& request, const PostOp& post) {
  const TensorType& dst = request.outputs[0].type;
  const auto index = static_cast<size_t>(post.operand);
  if (index >= request.inputs.size() || !request.inputs[index].present) {
    return absl::InvalidArgumentError(absl::StrCat("post-op ", post.op, ": operand ", post.operand,
                                                   " is absent, expected an input"));
  }
  const TensorType& operand = request.inputs[index].type;
  if (operand.dtype == dst.dtype && IsBroadcastable(operand.shape, dst.shape)) {
    return absl::OkStatus();
  }
  return absl::UnimplementedError(absl::StrCat("post-op ", post.op, ": operand does not fit, got ",
                                               operand.ToString(), ", expected one for ",
                                               dst.ToString()));
}

}  // namespace

absl::Status SupportsPostOps(const KernelRequest& request) {
  for (const PostOp& post : request.node->post_ops) {
    const DType dtype = request.outputs[0].type.dtype;
    const bool unary = post.operand < 0;
    if (unary ? !Serves(FindUnary(post.op), dtype) : !Serves(FindBinary(post.op), dtype)) {
      return absl::UnimplementedError(absl::StrCat("post-op ", post.op, ": no ",
                                                   unary ? "unary" : "binary", " function for ",
                                                   DTypeName(dtype)));
    }
    absl::Status status = unary ? absl::OkStatus() : SupportsOperand(request, post);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status ApplyPostOps(const KernelRequest& request, const Args& args) {
  for (const PostOp& post : request.node->post_ops) {
    const Target dst{args.output_type(0), args.raw_output(0)};
    const Source result{dst.type, dst.data};
    absl::Status status;
    if (post.operand < 0) {
      const UnaryOp& op = *FindUnary(post.op);
      status = ApplyUnary(op, op.ReadParameters(post.attributes), result, dst);
    } else {
      const BinaryOp& op = *FindBinary(post.op);
      const auto index = static_cast<size_t>(post.operand);
      const Source operand{args.input_type(index), args.raw_input(index)};
      status =
          ApplyBinary(op, op.ReadParameters(post.attributes), post.operand_first ? operand : result,
                      post.operand_first ? result : operand, dst);
    }
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace kairos::reference

// From operators to steps of a PointwiseProgram.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_POST_OPS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_POST_OPS_H_

#include <memory>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kairos/attribute.h"
#include "onednn/own/own_kernel.h"
#include "onednn/own/pointwise_program.h"

namespace kairos::onednn::own {

// A step over one float operand; null for operators that are none. "Clip" takes its bounds from
// attributes, as in a PostOp.
std::optional<PointwiseStep> FloatUnaryStep(absl::string_view op, const Attributes& attributes);
// A step over two float operands; null for operators that are none.
std::optional<PointwiseStep> FloatBinaryStep(absl::string_view op);

class ProgramBuilder {
 public:
  ProgramBuilder(const KernelRequest& request, const TensorType& result);

  // The operand for request.inputs[input] or, for kResult, for the result itself.
  static constexpr int kResult = -1;
  absl::StatusOr<int> AddOperand(int input);
  // `step.operands` is left to the later steps to refer to: it becomes the running value.
  void AddStep(const PointwiseStep& step);
  // Steps for the post-ops of the node. The first works on `value`, an operand or kRunningValue.
  absl::Status AddPostOps(int value);

  // Which input (or kResult) each operand is.
  const std::vector<int>& inputs() const { return inputs_; }
  PointwiseProgram Build() const { return {result_, operands_, steps_}; }

 private:
  const KernelRequest& request_;
  TensorType result_;
  std::vector<TensorType> operands_;
  std::vector<int> inputs_;
  std::vector<PointwiseStep> steps_;
};

// `kernel` and then, in place on its output, the post-ops of the node.
MadeKernel WithPostOps(const KernelRequest& request, std::unique_ptr<Kernel> kernel);

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_POST_OPS_H_

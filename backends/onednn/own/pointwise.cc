// Elementwise operators with numpy broadcasting, fused with all their post-ops in one pass.
#include <utility>

#include "onednn/own/makers.h"
#include "onednn/own/post_ops.h"

namespace kairos::onednn::own {
namespace {

class PointwiseKernel : public OwnKernel {
 public:
  PointwiseKernel(const KernelRequest& request, const ProgramBuilder& builder, int in_place_input)
      : OwnKernel(KernelName(request)),
        program_(builder.Build()),
        inputs_(builder.inputs()),
        in_place_input_(in_place_input) {}

  int InPlaceInput() const override { return in_place_input_; }
  absl::Status Run(const KernelArgs& args, State*) const override {
    const void* sources[kMaxOperands];
    for (size_t k = 0; k < inputs_.size(); ++k) sources[k] = args.inputs[inputs_[k]];
    program_.Run(sources, args.outputs[0], *args.pool);
    return absl::OkStatus();
  }

 private:
  PointwiseProgram program_;
  std::vector<int> inputs_;
  int in_place_input_;
};

// The first input of the result's size and memory order, or -1.
int InPlaceInputOf(const KernelRequest& request) {
  const TensorType& result = request.outputs[0].type;
  for (size_t i = 0; i < request.node->base_input_count(); ++i) {
    const TensorType& type = request.inputs[i].type;
    if (request.inputs[i].present && type.shape == result.shape &&
        DTypeSize(type.dtype) == DTypeSize(result.dtype) &&
        SameMemoryOrder(result.shape, type.layout, result.layout)) {
      return static_cast<int>(i);
    }
  }
  return -1;
}

PointwiseStep ScalarStep(TileFunction run, int operand_count) {
  PointwiseStep step;
  step.run = run;
  step.operand_count = operand_count;
  step.takes_scalar = operand_count == 2;
  return step;
}

// The tile function of a unary or binary operator for operands of `dtype`.
absl::StatusOr<PointwiseStep> FindStep(const KernelRequest& request, absl::string_view op,
                                       DType dtype, int operand_count) {
  if (dtype == DType::kFloat32) {
    const std::optional<PointwiseStep> step =
        operand_count == 1 ? FloatUnaryStep(op, request.node->attributes) : FloatBinaryStep(op);
    if (step.has_value()) return *step;
  }
  if (const TileFunction run = FindScalarTile(op, dtype)) return ScalarStep(run, operand_count);
  return Refuse(request, "no kernel for ", DTypeName(dtype));
}

// Checks that inputs [begin, end) are there and of one dtype.
absl::StatusOr<DType> CommonDType(const KernelRequest& request, size_t begin, size_t end) {
  const DType dtype = request.inputs[begin].type.dtype;
  for (size_t i = begin; i < end; ++i) {
    if (!request.inputs[i].present) return Refuse(request, "input ", i, " is absent");
    if (request.inputs[i].type.dtype != dtype) {
      return Refuse(request, "input ", i, " is ", DTypeName(request.inputs[i].type.dtype),
                    ", expected ", DTypeName(dtype), " as input ", begin);
    }
  }
  return dtype;
}

// The kernel of the steps so far and of the post-ops.
MadeKernel Finish(const KernelRequest& request, ProgramBuilder& builder) {
  if (absl::Status status = builder.AddPostOps(kRunningValue); !status.ok()) return status;
  return std::make_unique<PointwiseKernel>(request, builder, InPlaceInputOf(request));
}

// Checks the operator's own inputs and adds one step per operand after the first.
absl::Status AddChain(const KernelRequest& request, const PointwiseStep& step, size_t inputs,
                      ProgramBuilder* builder) {
  int value = kRunningValue;
  for (size_t i = 0; i < inputs; ++i) {
    const absl::StatusOr<int> operand = builder->AddOperand(static_cast<int>(i));
    if (!operand.ok()) return operand.status();
    if (i == 0) {
      value = *operand;
      if (inputs > 1) continue;
      return Refuse(request, "one operand");
    }
    PointwiseStep next = step;
    next.operands = {value, *operand, kRunningValue};
    builder->AddStep(next);
    value = kRunningValue;
  }
  return absl::OkStatus();
}

}  // namespace

MadeKernel MakeUnary(const KernelRequest& request) {
  const absl::StatusOr<DType> dtype = CommonDType(request, 0, 1);
  if (!dtype.ok()) return dtype.status();
  absl::StatusOr<PointwiseStep> step = FindStep(request, request.node->op, *dtype, 1);
  if (!step.ok()) return step.status();
  ProgramBuilder builder(request, request.outputs[0].type);
  const absl::StatusOr<int> operand = builder.AddOperand(0);
  if (!operand.ok()) return operand.status();
  step->operands[0] = *operand;
  builder.AddStep(*step);
  return Finish(request, builder);
}

MadeKernel MakeBinary(const KernelRequest& request) {
  const absl::StatusOr<DType> dtype = CommonDType(request, 0, 2);
  if (!dtype.ok()) return dtype.status();
  const absl::StatusOr<PointwiseStep> step = FindStep(request, request.node->op, *dtype, 2);
  if (!step.ok()) return step.status();
  ProgramBuilder builder(request, request.outputs[0].type);
  if (absl::Status status = AddChain(request, *step, 2, &builder); !status.ok()) return status;
  return Finish(request, builder);
}

MadeKernel MakeVariadic(const KernelRequest& request) {
  const size_t inputs = request.node->base_input_count();
  const absl::StatusOr<DType> dtype = CommonDType(request, 0, inputs);
  if (!dtype.ok()) return dtype.status();
  const bool mean = request.node->op == "Mean";
  const bool sum = mean || request.node->op == "Sum";
  if (mean && *dtype != DType::kFloat32)
    return Refuse(request, "no kernel for ", DTypeName(*dtype));
  const absl::StatusOr<PointwiseStep> step =
      FindStep(request, sum ? "Add" : absl::string_view(request.node->op), *dtype, 2);
  if (!step.ok()) return step.status();
  ProgramBuilder builder(request, request.outputs[0].type);
  if (absl::Status status = AddChain(request, *step, inputs, &builder); !status.ok()) return status;
  if (mean) {
    PointwiseStep scale;
    scale.run = FindFloatUnary(FloatUnary::kScale);
    scale.params[0] = 1.0f / static_cast<float>(inputs);
    builder.AddStep(scale);
  }
  return Finish(request, builder);
}

// The bounds are read when the kernel runs.
MadeKernel MakeClip(const KernelRequest& request) {
  const DType dtype = request.inputs[0].type.dtype;
  ProgramBuilder builder(request, request.outputs[0].type);
  const absl::StatusOr<int> first = builder.AddOperand(0);
  if (!first.ok()) return first.status();
  int value = *first;
  const TileFunction functions[] = {dtype == DType::kFloat32
                                        ? FindFloatBinary(FloatBinary::kAtLeast)
                                        : FindScalarTile("Max", dtype),
                                    dtype == DType::kFloat32 ? FindFloatBinary(FloatBinary::kAtMost)
                                                             : FindScalarTile("Min", dtype)};
  if (functions[0] == nullptr) return Refuse(request, "no kernel for ", DTypeName(dtype));
  for (size_t i = 1; i <= 2; ++i) {
    if (!HasInput(request, i)) continue;
    if (request.inputs[i].type.dtype != dtype) return Refuse(request, "bounds of another dtype");
    const absl::StatusOr<int> bound = builder.AddOperand(static_cast<int>(i));
    if (!bound.ok()) return bound.status();
    PointwiseStep step = ScalarStep(functions[i - 1], 2);
    step.operands = {value, *bound, kRunningValue};
    builder.AddStep(step);
    value = kRunningValue;
  }
  if (value != kRunningValue) return Refuse(request, "no bounds");
  return Finish(request, builder);
}

MadeKernel MakeWhere(const KernelRequest& request) {
  const absl::StatusOr<DType> dtype = CommonDType(request, 1, 3);
  if (!dtype.ok()) return dtype.status();
  const TileFunction run = FindScalarTile("Where", *dtype);
  if (run == nullptr) return Refuse(request, "no kernel for ", DTypeName(*dtype));
  PointwiseStep step = ScalarStep(run, 3);
  ProgramBuilder builder(request, request.outputs[0].type);
  for (size_t i = 0; i < 3; ++i) {
    const absl::StatusOr<int> operand = builder.AddOperand(static_cast<int>(i));
    if (!operand.ok()) return operand.status();
    step.operands[i] = *operand;
  }
  builder.AddStep(step);
  return Finish(request, builder);
}

}  // namespace kairos::onednn::own

#include "onednn/own/post_ops.h"

#include <array>
#include <limits>
#include <utility>

namespace kairos::onednn::own {
namespace {

struct Parameter {
  const char* attribute = nullptr;
  float fallback = 0.0f;
};

struct UnaryRow {
  absl::string_view op;
  FloatUnary code;
  bool heavy = false;
  std::array<Parameter, 2> parameters = {};
};

constexpr float kLargest = std::numeric_limits<float>::max();

// Attributes and their defaults are those of ONNX.
constexpr UnaryRow kUnaryRows[] = {
    {"Abs", FloatUnary::kAbs},
    {"Ceil", FloatUnary::kCeil},
    {"Celu", FloatUnary::kCelu, true, {{{"alpha", 1.0f}}}},
    {"Clip", FloatUnary::kClip, false, {{{"min", -kLargest}, {"max", kLargest}}}},
    {"Elu", FloatUnary::kElu, true, {{{"alpha", 1.0f}}}},
    {"Erf", FloatUnary::kErf, true},
    {"Exp", FloatUnary::kExp, true},
    {"Floor", FloatUnary::kFloor},
    {"Gelu", FloatUnary::kGelu, true},
    {"HardSigmoid", FloatUnary::kHardSigmoid, false, {{{"alpha", 0.2f}, {"beta", 0.5f}}}},
    {"HardSwish", FloatUnary::kHardSwish},
    {"LeakyRelu", FloatUnary::kLeakyRelu, false, {{{"alpha", 0.01f}}}},
    {"Log", FloatUnary::kLog, true},
    {"Mish", FloatUnary::kMish, true},
    {"Neg", FloatUnary::kNeg},
    {"Reciprocal", FloatUnary::kReciprocal},
    {"Relu", FloatUnary::kRelu},
    {"Round", FloatUnary::kRound},
    {"Selu", FloatUnary::kSelu, true, {{{"alpha", 1.67326319f}, {"gamma", 1.05070102f}}}},
    {"Sigmoid", FloatUnary::kSigmoid, true},
    {"Sign", FloatUnary::kSign},
    {"Softplus", FloatUnary::kSoftplus, true},
    {"Softsign", FloatUnary::kSoftsign},
    {"Sqrt", FloatUnary::kSqrt},
    {"Swish", FloatUnary::kSwish, true, {{{"alpha", 1.0f}}}},
    {"Tanh", FloatUnary::kTanh, true},
    {"ThresholdedRelu", FloatUnary::kThresholdedRelu, false, {{{"alpha", 1.0f}}}},
};

struct BinaryRow {
  absl::string_view op;
  FloatBinary code;
  bool heavy = false;
};

constexpr BinaryRow kBinaryRows[] = {
    {"Add", FloatBinary::kAdd},       {"Sub", FloatBinary::kSub},     {"Mul", FloatBinary::kMul},
    {"Div", FloatBinary::kDiv},       {"Max", FloatBinary::kMax},     {"Min", FloatBinary::kMin},
    {"Pow", FloatBinary::kPow, true}, {"PRelu", FloatBinary::kPRelu},
};

bool Broadcasts(absl::Span<const int64_t> from, absl::Span<const int64_t> to) {
  if (from.size() > to.size()) return false;
  const size_t skip = to.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1 && from[i] != to[skip + i]) return false;
  }
  return true;
}

class PostOpsKernel : public Kernel {
 public:
  PostOpsKernel(std::unique_ptr<Kernel> base, PointwiseProgram program, std::vector<int> inputs)
      : base_(std::move(base)),
        name_(absl::StrCat(base_->name(), "+post_ops")),
        program_(std::move(program)),
        inputs_(std::move(inputs)) {}

  absl::string_view name() const override { return name_; }
  std::string Save() const override { return name_; }
  size_t scratch_bytes() const override { return base_->scratch_bytes(); }
  int InPlaceInput() const override { return base_->InPlaceInput(); }
  absl::Status Run(const KernelArgs& args, State* state) const override {
    absl::Status status = base_->Run(args, state);
    if (!status.ok()) return status;
    const void* sources[kMaxOperands];
    for (size_t k = 0; k < inputs_.size(); ++k) {
      sources[k] =
          inputs_[k] == ProgramBuilder::kResult ? args.outputs[0] : args.inputs[inputs_[k]];
    }
    program_.Run(sources, args.outputs[0], *args.pool);
    return absl::OkStatus();
  }

 private:
  std::unique_ptr<Kernel> base_;
  std::string name_;
  PointwiseProgram program_;
  std::vector<int> inputs_;
};

}  // namespace

std::optional<PointwiseStep> FloatUnaryStep(absl::string_view op, const Attributes& attributes) {
  for (const UnaryRow& row : kUnaryRows) {
    if (row.op != op) continue;
    FloatUnary code = row.code;
    if (op == "Gelu" && attributes.String("approximate", "none") == "tanh") {
      code = FloatUnary::kGeluTanh;
    }
    PointwiseStep step;
    step.run = FindFloatUnary(code);
    step.heavy = row.heavy;
    for (size_t i = 0; i < row.parameters.size(); ++i) {
      const Parameter& parameter = row.parameters[i];
      if (parameter.attribute == nullptr) continue;
      step.params[i] = attributes.Float(parameter.attribute, parameter.fallback);
    }
    return step;
  }
  return std::nullopt;
}

std::optional<PointwiseStep> FloatBinaryStep(absl::string_view op) {
  for (const BinaryRow& row : kBinaryRows) {
    if (row.op != op) continue;
    PointwiseStep step;
    step.run = FindFloatBinary(row.code);
    step.operand_count = 2;
    step.takes_scalar = true;
    step.heavy = row.heavy;
    return step;
  }
  return std::nullopt;
}

ProgramBuilder::ProgramBuilder(const KernelRequest& request, const TensorType& result)
    : request_(request), result_(result) {}

absl::StatusOr<int> ProgramBuilder::AddOperand(int input) {
  const TensorType& type =
      input == kResult ? result_ : request_.inputs[static_cast<size_t>(input)].type;
  if (!Broadcasts(type.shape, result_.shape)) {
    return Refuse(request_, "input ", input, " has shape ", ShapeString(type.shape),
                  ", expected one that broadcasts to ", ShapeString(result_.shape));
  }
  if (operands_.size() == kMaxOperands) {
    return Refuse(request_, "more than ", kMaxOperands, " operands");
  }
  operands_.push_back(type);
  inputs_.push_back(input);
  return static_cast<int>(operands_.size()) - 1;
}

void ProgramBuilder::AddStep(const PointwiseStep& step) { steps_.push_back(step); }

absl::Status ProgramBuilder::AddPostOps(int value) {
  const Node& node = *request_.node;
  if (!node.post_ops.empty() && result_.dtype != DType::kFloat32) {
    return Refuse(request_, "post-ops on ", DTypeName(result_.dtype), ", expected float32");
  }
  for (const PostOp& post_op : node.post_ops) {
    const bool unary = post_op.operand < 0;
    std::optional<PointwiseStep> step =
        unary ? FloatUnaryStep(post_op.op, post_op.attributes) : FloatBinaryStep(post_op.op);
    if (!step.has_value()) return Refuse(request_, "no post-op ", post_op.op);
    step->operands[0] = value;
    if (!unary) {
      const DType dtype = request_.inputs[static_cast<size_t>(post_op.operand)].type.dtype;
      if (dtype != DType::kFloat32) {
        return Refuse(request_, "post-op ", post_op.op, " with ", DTypeName(dtype),
                      " operand, expected float32");
      }
      const absl::StatusOr<int> operand = AddOperand(post_op.operand);
      if (!operand.ok()) return operand.status();
      step->operands[1] = *operand;
      if (post_op.operand_first) std::swap(step->operands[0], step->operands[1]);
    }
    AddStep(*step);
    value = kRunningValue;
  }
  return absl::OkStatus();
}

MadeKernel WithPostOps(const KernelRequest& request, std::unique_ptr<Kernel> kernel) {
  if (request.node->post_ops.empty()) return kernel;
  ProgramBuilder builder(request, request.outputs[0].type);
  const absl::StatusOr<int> value = builder.AddOperand(ProgramBuilder::kResult);
  if (!value.ok()) return value.status();
  if (absl::Status status = builder.AddPostOps(*value); !status.ok()) return status;
  return std::make_unique<PostOpsKernel>(std::move(kernel), builder.Build(), builder.inputs());
}

}  // namespace kairos::onednn::own

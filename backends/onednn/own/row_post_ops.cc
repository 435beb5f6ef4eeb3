#include "onednn/own/row_post_ops.h"

#include <algorithm>
#include <optional>

#include "onednn/own/loop_nest.h"
#include "onednn/own/post_ops.h"

namespace kairos::onednn::own {
namespace {

// So much passes through all steps while it is in the first-level cache.
constexpr int64_t kChunkFloats = 2048;

// Whether these strides walk `result` as it lies in memory.
bool IsDense(const Shape& strides, const TensorType& result) {
  const Shape dense = DenseStrides(result.shape, result.layout);
  for (size_t i = 0; i < strides.size(); ++i) {
    if (result.shape[i] != 1 && strides[i] != dense[i]) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<RowPostOps> RowPostOps::Make(const KernelRequest& request, size_t skip) {
  const TensorType& result = request.outputs[0].type;
  const Shape order = MemoryOrder(result.shape.size(), result.layout);
  RowPostOps chain;
  chain.rows_ = Permuted(result.shape, order);
  chain.row_ = chain.rows_.back();
  chain.rows_.pop_back();
  for (const PostOp& post_op : absl::MakeConstSpan(request.node->post_ops).subspan(skip)) {
    const bool unary = post_op.operand < 0;
    const std::optional<PointwiseStep> found =
        unary ? FloatUnaryStep(post_op.op, post_op.attributes) : FloatBinaryStep(post_op.op);
    if (!found.has_value()) return Refuse(request, "no post-op ", post_op.op);
    Step step;
    step.run = found->run;
    step.params = found->params;
    step.operand = post_op.operand;
    step.operand_first = post_op.operand_first;
    if (!unary) {
      const TensorType& type = request.inputs[static_cast<size_t>(post_op.operand)].type;
      const Shape strides = BroadcastStrides(type, result.shape);
      step.strides = Permuted(strides, order);
      const int64_t along_row = step.strides.back();
      step.strides.pop_back();
      if (type.dtype != DType::kFloat32 || (chain.row_ != 1 && along_row > 1)) {
        return Refuse(request, "post-op ", post_op.op, " with operand ", type.ToString());
      }
      step.dense = IsDense(strides, result);
      step.scalar = along_row == 0;
      step.one_scalar = step.scalar && std::all_of(step.strides.begin(), step.strides.end(),
                                                   [](int64_t stride) { return stride == 0; });
    }
    if (!chain.Fuse(post_op, step)) chain.steps_.push_back(step);
  }
  return chain;
}

bool RowPostOps::Reach(Stage stage) {
  if (!steps_.empty() || stage_ >= stage) return false;
  stage_ = stage;
  return true;
}

bool RowPostOps::Fuse(const PostOp& post_op, const Step& step) {
  const Attributes& attributes = post_op.attributes;
  if (post_op.op == "HardSwish") {
    if (!Reach(Stage::kHardSwish)) return false;
    fused_.hard_swish = true;
  } else if (post_op.op == "Relu" || post_op.op == "Clip") {
    if (!Reach(Stage::kBounds)) return false;
    const bool clip = post_op.op == "Clip";
    fused_.low = clip ? attributes.Float("min", fused_.low) : 0.0f;
    fused_.high = clip ? attributes.Float("max", fused_.high) : fused_.high;
  } else if (post_op.op == "Mul" && step.one_scalar) {
    if (!Reach(Stage::kScale)) return false;
    scale_ = step.operand;
    fused_.affine = true;
  } else if (post_op.op == "Add" && step.one_scalar) {
    if (!Reach(Stage::kShift)) return false;
    shift_ = step.operand;
    fused_.affine = true;
  } else if (post_op.op == "Add" && step.dense) {
    if (!Reach(Stage::kAddend)) return false;
    addend_ = step.operand;
  } else {
    return false;
  }
  return true;
}

FusedSteps RowPostOps::Fused(const void* const* inputs, int64_t first, int64_t begin) const {
  const auto floats = [&](int input) { return static_cast<const float*>(inputs[input]); };
  FusedSteps steps = fused_;
  if (scale_ >= 0) steps.scale = *floats(scale_);
  if (shift_ >= 0) steps.shift = *floats(shift_);
  if (addend_ >= 0) steps.addend = floats(addend_) + first * row_ + begin;
  return steps;
}

void RowPostOps::Apply(const void* const* inputs, int64_t first, int64_t count, int64_t begin,
                       int64_t values, float* data) const {
  if (empty()) return;
  const bool whole = values == row_;
  const int64_t most = whole ? std::max<int64_t>(1, kChunkFloats / row_) : 1;
  for (int64_t i = 0; i < count; i += most) {
    const int64_t rows = std::min(most, count - i);
    for (const Step& step : steps_) {
      if (rows == 1 || step.operand < 0 || step.dense || step.one_scalar) {
        ApplyStep(step, inputs, first + i, begin, rows * values, data + i * row_);
        continue;
      }
      for (int64_t k = 0; k < rows; ++k)
        ApplyStep(step, inputs, first + i + k, begin, values, data + (i + k) * row_);
    }
  }
}

int64_t RowPostOps::OffsetAt(const Step& step, int64_t row) const {
  if (step.dense) return row * row_;
  int64_t offset = 0;
  for (size_t i = rows_.size(); i-- > 0; row /= rows_[i])
    offset += row % rows_[i] * step.strides[i];
  return offset;
}

void RowPostOps::ApplyStep(const Step& step, const void* const* inputs, int64_t row, int64_t begin,
                           int64_t values, float* data) const {
  Tile tile;
  tile.src[0] = tile.dst = data;
  tile.count = values;
  tile.params = step.params.data();
  if (step.operand >= 0) {
    const bool scalar = step.scalar && !step.dense;
    const size_t side = step.operand_first ? 0 : 1;
    tile.src[1 - side] = data;
    tile.src[side] = static_cast<const float*>(inputs[step.operand]) + OffsetAt(step, row) +
                     (scalar ? 0 : begin);
    tile.scalar[side] = scalar;
  }
  step.run(tile);
}

}  // namespace kairos::onednn::own

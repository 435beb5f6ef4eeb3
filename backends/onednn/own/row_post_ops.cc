#include "onednn/own/row_post_ops.h"

#include <algorithm>

#include "onednn/own/loop_nest.h"
#include "onednn/own/post_ops.h"

namespace kairos::onednn::own {
namespace {

// Whether these strides walk `result` as it lies in memory.
bool IsDense(const Shape& strides, const TensorType& result) {
  const Shape dense = DenseStrides(result.shape, result.layout);
  for (size_t i = 0; i < strides.size(); ++i) {
    if (result.shape[i] != 1 && strides[i] != dense[i]) return false;
  }
  return true;
}

bool BoundsOf(const PostOp& post_op, Bounds* bounds) {
  if (post_op.op == "Relu") {
    bounds->low = 0.0f;
  } else if (post_op.op == "Clip") {
    bounds->low = post_op.attributes.Float("min", bounds->low);
    bounds->high = post_op.attributes.Float("max", bounds->high);
  } else {
    return false;
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
  absl::Span<const PostOp> post_ops = absl::MakeConstSpan(request.node->post_ops).subspan(skip);
  if (!post_ops.empty() && BoundsOf(post_ops[0], &chain.bounds_)) post_ops.remove_prefix(1);
  for (const PostOp& post_op : post_ops) {
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
    }
    chain.steps_.push_back(step);
  }
  return chain;
}

void RowPostOps::Apply(const void* const* inputs, int64_t first, int64_t count, int64_t begin,
                       int64_t values, float* data) const {
  for (const Step& step : steps_) {
    const bool one_scalar = step.scalar && std::all_of(step.strides.begin(), step.strides.end(),
                                                       [](int64_t stride) { return stride == 0; });
    if ((step.operand < 0 || step.dense || one_scalar) && values == row_) {
      ApplyStep(step, inputs, first, 0, count * row_, data);
      continue;
    }
    for (int64_t i = 0; i < count; ++i) {
      ApplyStep(step, inputs, first + i, begin, values, data + i * row_);
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

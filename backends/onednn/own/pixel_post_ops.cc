#include "onednn/own/pixel_post_ops.h"

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

absl::StatusOr<PixelPostOps> PixelPostOps::Make(const KernelRequest& request) {
  const TensorType& result = request.outputs[0].type;
  PixelPostOps chain;
  chain.channels_ = result.shape[1];
  chain.height_ = result.shape[2];
  chain.width_ = result.shape[3];
  absl::Span<const PostOp> post_ops = request.node->post_ops;
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
      const bool neighbours = chain.channels_ == 1 || strides[1] == 0 || strides[1] == 1;
      if (type.dtype != DType::kFloat32 || !neighbours) {
        return Refuse(request, "post-op ", post_op.op, " with operand ", type.ToString());
      }
      step.dense = IsDense(strides, result);
      step.scalar = strides[1] == 0;
      step.image_stride = strides[0];
      step.row_stride = strides[2];
      step.pixel_stride = strides[3];
    }
    chain.steps_.push_back(step);
  }
  return chain;
}

void PixelPostOps::Apply(const void* const* inputs, int64_t first, int64_t count, int64_t begin,
                         int64_t channels, float* data) const {
  for (const Step& step : steps_) {
    const bool alike = step.operand < 0 || step.dense || (step.scalar && step.any_pixel());
    if (alike && channels == channels_) {
      ApplyStep(step, inputs, first, 0, count * channels_, data);
      continue;
    }
    for (int64_t i = 0; i < count; ++i) {
      ApplyStep(step, inputs, first + i, begin, channels, data + i * channels_);
    }
  }
}

void PixelPostOps::ApplyStep(const Step& step, const void* const* inputs, int64_t pixel,
                             int64_t begin, int64_t values, float* data) const {
  Tile tile;
  tile.src[0] = tile.dst = data;
  tile.count = values;
  tile.params = step.params.data();
  if (step.operand >= 0) {
    const int64_t of_pixel = step.dense ? pixel * channels_
                                        : pixel / (height_ * width_) * step.image_stride +
                                              pixel / width_ % height_ * step.row_stride +
                                              pixel % width_ * step.pixel_stride;
    const bool scalar = step.scalar && !step.dense;
    const size_t side = step.operand_first ? 0 : 1;
    tile.src[1 - side] = data;
    tile.src[side] =
        static_cast<const float*>(inputs[step.operand]) + of_pixel + (scalar ? 0 : begin);
    tile.scalar[side] = scalar;
  }
  step.run(tile);
}

}  // namespace kairos::onednn::own

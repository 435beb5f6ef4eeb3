#include "onednn/library/matmul_shape.h"

#include <algorithm>

#include "onednn/post_ops.h"

namespace kairos::onednn {
namespace {

absl::Span<const int64_t> Batch(const Shape& shape) {
  return absl::MakeConstSpan(shape).first(shape.size() - 2);
}

bool AllOnes(absl::Span<const int64_t> dims) {
  return std::all_of(dims.begin(), dims.end(), [](int64_t d) { return d == 1; });
}

// The product of the first `count` dimensions, then the others.
Shape FoldFirst(const Shape& shape, size_t count) {
  Shape folded = {ElementCount(absl::MakeConstSpan(shape).first(count))};
  folded.insert(folded.end(), shape.begin() + static_cast<std::ptrdiff_t>(count), shape.end());
  return folded;
}

}  // namespace

MatMulShape::MatMulShape(const KernelRequest& request) {
  Shape a = request.inputs[0].type.shape, b = request.inputs[1].type.shape;
  vector_src_ = a.size() == 1;
  vector_weights_ = b.size() == 1;
  if (vector_src_) a.insert(a.begin(), 1);
  if (vector_weights_) b.push_back(1);
  const size_t rank = std::max(a.size(), b.size());
  full_src_ = AlignedShape(a, rank);
  full_weights_ = AlignedShape(b, rank);
  for (size_t i = 0; i + 2 < rank; ++i) {
    full_dst_.push_back(std::max(full_src_[i], full_weights_[i]));
  }
  full_dst_.insert(full_dst_.end(), {full_src_[rank - 2], full_weights_[rank - 1]});

  Fold(AllOnes(Batch(full_weights_))              ? Folding::kRows
       : Batch(full_src_) == Batch(full_weights_) ? Folding::kBatch
                                                  : Folding::kNone);
  if (!FoldsOperands(request)) Fold(Folding::kNone);
}

void MatMulShape::Fold(Folding folding) {
  folding_ = folding;
  src_ = full_src_;
  weights_ = full_weights_;
  dst_ = full_dst_;
  const size_t rank = full_dst_.size();
  if (folding == Folding::kRows) {
    src_ = FoldFirst(full_src_, rank - 1);
    dst_ = FoldFirst(full_dst_, rank - 1);
    weights_ = Shape(full_weights_.end() - 2, full_weights_.end());
  } else if (folding == Folding::kBatch) {
    for (Shape* shape : {&src_, &weights_, &dst_}) *shape = FoldFirst(*shape, rank - 2);
  }
}

bool MatMulShape::FoldsOperands(const KernelRequest& request) const {
  const size_t rank = request.outputs[0].shape().size();
  for (const PostOp& post : request.node->post_ops) {
    if (post.operand < 0) continue;
    const auto& operand = request.inputs[static_cast<size_t>(post.operand)];
    if (!Operand(AlignedShape(operand.shape(), rank)).has_value()) return false;
  }
  return true;
}

std::optional<Shape> MatMulShape::Operand(const Shape& aligned) const {
  Shape full = aligned;
  if (vector_weights_) full.push_back(1);
  if (vector_src_) full.insert(full.end() - 1, 1);
  if (folding_ == Folding::kNone) return full;
  const size_t count = folding_ == Folding::kRows ? full.size() - 1 : full.size() - 2;
  const auto first = absl::MakeConstSpan(full).first(count);
  if (AllOnes(first) || first == absl::MakeConstSpan(full_dst_).first(count)) {
    return FoldFirst(full, count);
  }
  return std::nullopt;
}

double MatMulShape::operations() const {
  return 2.0 * static_cast<double>(ElementCount(dst_)) * static_cast<double>(src_.back());
}

}  // namespace kairos::onednn

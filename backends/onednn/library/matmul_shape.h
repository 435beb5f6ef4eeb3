// The operands of a MatMul as the library should see them: vectors as matrices, batch dimensions
// folded where that changes nothing.
#ifndef KAIROS_BACKENDS_ONEDNN_LIBRARY_MATMUL_SHAPE_H_
#define KAIROS_BACKENDS_ONEDNN_LIBRARY_MATMUL_SHAPE_H_

#include <optional>

#include "kairos/kernel.h"
#include "kairos/tensor.h"

namespace kairos::onednn {

class MatMulShape {
 public:
  // Folds as much as the operands of the post-ops allow.
  explicit MatMulShape(const KernelRequest& request);

  // [..., M, K] x [..., K, N] = [..., M, N], all of one rank.
  const Shape& src() const { return src_; }
  const Shape& weights() const { return weights_; }
  const Shape& dst() const { return dst_; }
  double operations() const;

  // A post-op operand's shape (of the node's output rank, 1 where it is broadcast) as a shape that
  // broadcasts to dst(); null when folding has made that impossible.
  std::optional<Shape> Operand(const Shape& aligned) const;

 private:
  enum class Folding : uint8_t {
    kRows,   // one weights matrix: [B * M, K] x [K, N]
    kBatch,  // equal batches: [B, M, K] x [B, K, N]
    kNone,
  };
  void Fold(Folding folding);
  bool FoldsOperands(const KernelRequest& request) const;

  bool vector_src_ = false, vector_weights_ = false;
  Folding folding_ = Folding::kNone;
  Shape full_src_, full_weights_, full_dst_;
  Shape src_, weights_, dst_;
};

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_LIBRARY_MATMUL_SHAPE_H_

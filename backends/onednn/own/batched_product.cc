// Matrix products of two activations, such as those of attention: the second operand is packed into
// panels in each run. The library generates the code of such a product when it first runs, which
// takes 20 ms (oneDNN 3.7, AVX2); this code is there.
#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "onednn/own/gemm_simd.h"
#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"
#include "onednn/own/row_post_ops.h"

namespace kairos::onednn::own {
namespace {

constexpr char kName[] = "own.MatMul:batched";
// Packing pays over this many rows of the first operand.
constexpr int64_t kMinRows = 4;
// Panels of a matrix stay in the cache between its rows, and scratch memory small.
constexpr int64_t kMaxPanelFloats = 256 << 10;
// Rows at a time, so that post-ops find them in the cache.
constexpr int64_t kBlockRows = 96;

struct BatchedProduct {
  int64_t rows = 0, depth = 0, columns = 0;  // of one matrix
  std::vector<int64_t> a, b;                 // where the operands of each matrix begin, in floats
  int64_t panel_floats() const { return PaddedColumns(columns) * depth; }
};

class BatchedProductKernel : public OwnKernel {
 public:
  BatchedProductKernel(BatchedProduct product, int threads, RowPostOps post_ops)
      : OwnKernel(kName),
        product_(std::move(product)),
        gemm_(FindGemm()),
        post_ops_(std::move(post_ops)) {
    all_rows_ = static_cast<int64_t>(product_.a.size()) * product_.rows;
    const bool serial = all_rows_ * product_.depth * product_.columns <= kSerialOperations;
    shares_ = serial ? 1 : std::min<int64_t>(threads, all_rows_);
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(shares_ * product_.panel_floats()) * sizeof(float);
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    args.pool->ParallelFor(shares_, [&](int64_t share) { RunShare(args, share); });
    return absl::OkStatus();
  }

 private:
  // Contiguous rows of the whole output, with panels of their own.
  void RunShare(const KernelArgs& args, int64_t share) const {
    float* panels = static_cast<float*>(args.scratch) + share * product_.panel_floats();
    const int64_t end = all_rows_ * (share + 1) / shares_;
    for (int64_t row = all_rows_ * share / shares_; row < end;) {
      const int64_t matrix = row / product_.rows;
      const int64_t last = std::min(end, (matrix + 1) * product_.rows);
      Pack(static_cast<const float*>(args.inputs[1]) + product_.b[static_cast<size_t>(matrix)],
           panels);
      for (; row < last; row += kBlockRows) {
        RunRows(args, panels, matrix, row, std::min(kBlockRows, last - row));
      }
      row = last;
    }
  }

  void Pack(const float* matrix, float* panels) const {
    const int64_t columns = product_.columns;
    for (int64_t first = 0; first < columns; first += kPanelColumns) {
      const int64_t count = std::min(kPanelColumns, columns - first);
      for (int64_t k = 0; k < product_.depth; ++k, panels += kPanelColumns) {
        const float* from = matrix + k * columns + first;
        if (count == kPanelColumns) {
          std::memcpy(panels, from, kPanelColumns * sizeof(float));
        } else {
          std::copy_n(from, count, panels);
          std::fill_n(panels + count, kPanelColumns - count, 0.0f);
        }
      }
    }
  }

  // Rows [row, row + count) of the whole output, all of one matrix.
  void RunRows(const KernelArgs& args, const float* panels, int64_t matrix, int64_t row,
               int64_t count) const {
    GemmArgs gemm;
    gemm.a = static_cast<const float*>(args.inputs[0]) + product_.a[static_cast<size_t>(matrix)] +
             (row - matrix * product_.rows) * product_.depth;
    gemm.a_stride = product_.depth;
    gemm.panels = panels;
    gemm.c = static_cast<float*>(args.outputs[0]) + row * product_.columns;
    gemm.c_stride = product_.columns;
    gemm.rows = count;
    gemm.piece_depth = product_.depth;
    gemm.columns = product_.columns;
    gemm.steps = post_ops_.Fused(args.inputs, row);
    gemm_(gemm);
    post_ops_.Apply(args.inputs, row, count, gemm.c);
  }

  const BatchedProduct product_;
  const GemmFunction gemm_;
  const RowPostOps post_ops_;
  int64_t all_rows_ = 0, shares_ = 1;
};

}  // namespace

MadeKernel MakeBatchedMatMul(const KernelRequest& request, absl::string_view frozen) {
  const Operand &a = request.inputs[0], &b = request.inputs[1], &out = request.outputs[0];
  if (!IsPlainFloat(a) || !IsPlainFloat(b) || !IsPlainFloat(out) || a.type.shape.size() < 2 ||
      b.type.shape.size() < 2) {
    return Refuse(request, "no plain matrices of float32");
  }
  BatchedProduct product;
  product.rows = a.type.shape[a.type.shape.size() - 2];
  product.depth = a.type.shape.back();
  product.columns = b.type.shape.back();
  if (product.rows < kMinRows || product.panel_floats() > kMaxPanelFloats) {
    return Refuse(request, "too few rows, or too large a matrix, to pack it in each run");
  }
  absl::StatusOr<RowPostOps> post_ops = RowPostOps::Make(request);
  if (!post_ops.ok()) return post_ops.status();
  if (absl::Status same = CheckFrozen(kName, frozen); !same.ok()) return same;
  const Shape& shape = out.type.shape;
  const LoopNest nest{shape, {BroadcastStrides(a.type, shape), BroadcastStrides(b.type, shape)}};
  const int64_t matrices = nest.element_count() / (product.rows * product.columns);
  for (int64_t i = 0; i < matrices; ++i) {
    int64_t offsets[2];
    OffsetsAt(nest, shape.size() - 2, i, offsets);
    product.a.push_back(offsets[0]);
    product.b.push_back(offsets[1]);
  }
  return std::make_unique<BatchedProductKernel>(std::move(product), request.threads,
                                                *std::move(post_ops));
}

}  // namespace kairos::onednn::own

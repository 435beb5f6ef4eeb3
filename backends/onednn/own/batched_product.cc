// Matrix products of two operands that come at run time, such as those of attention: the second one
// is read as it lies. The library generates the code of such a product when it first runs, which
// takes 20 ms (oneDNN 3.7, AVX2), and with AVX-512 keeps 120 kB for each; this code is there. On
// two cores of an Emerald Rapids it takes 0.5 to 1.1 of the library's time with up to eight
// rows, 1.0 to 1.2 with more.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "onednn/own/gemm_simd.h"
#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"
#include "onednn/own/panels.h"
#include "onednn/own/row_post_ops.h"

namespace kairos::onednn::own {
namespace {

constexpr char kName[] = "own.MatMul:batched";
// Rows at a time, so that post-ops find them in the cache.
constexpr int64_t kBlockRows = 192;

struct BatchedProduct {
  int64_t rows = 0, depth = 0, columns = 0;  // of one matrix
  std::vector<int64_t> a, b;                 // where the operands of each matrix begin, in floats

  int64_t matrices() const { return static_cast<int64_t>(a.size()); }
  int64_t whole_panels() const { return columns / kPanelColumns; }
  // Of a copy of a narrow matrix, behind which the last row of its panel can be read.
  int64_t copied_floats() const { return whole_panels() > 0 ? 0 : depth * columns + kPanelColumns; }
};

class BatchedProductKernel : public OwnKernel {
 public:
  BatchedProductKernel(BatchedProduct product, int threads, RowPostOps post_ops)
      : OwnKernel(kName),
        product_(std::move(product)),
        gemm_(FindGemm()),
        post_ops_(std::move(post_ops)) {
    const int64_t matrices = product_.matrices(), panels = product_.whole_panels();
    const int64_t sums = matrices * product_.rows * product_.columns;
    if (sums * product_.depth <= kSerialOperations) return;
    const int64_t parts = threads / std::gcd<int64_t>(matrices, threads);
    // Each part of the columns reads all rows of A, and each part of the rows all of B.
    if (product_.columns > product_.rows && panels >= parts) {
      column_parts_ = parts;
    } else {
      row_parts_ = std::min(parts, product_.rows);
    }
    shares_ = std::min<int64_t>(threads, matrices * row_parts_ * column_parts_);
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(shares_ * product_.copied_floats()) * sizeof(float);
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    const int64_t parts = product_.matrices() * row_parts_ * column_parts_;
    args.pool->ParallelFor(shares_, [&](int64_t share) {
      float* copy = static_cast<float*>(args.scratch) + share * product_.copied_floats();
      for (int64_t i = parts * share / shares_; i < parts * (share + 1) / shares_; ++i) {
        RunPart(args, copy, i);
      }
    });
    return absl::OkStatus();
  }

 private:
  // Some rows and columns of one matrix.
  void RunPart(const KernelArgs& args, float* copy, int64_t index) const {
    const int64_t matrix = index / (row_parts_ * column_parts_);
    const int64_t row_part = index / column_parts_ % row_parts_;
    const int64_t column_part = index % column_parts_;
    const float* b =
        static_cast<const float*>(args.inputs[1]) + product_.b[static_cast<size_t>(matrix)];
    const int64_t columns = product_.columns, panels = product_.whole_panels();
    if (panels == 0) {
      std::fill_n(std::copy_n(b, product_.depth * columns, copy), kPanelColumns, 0.0f);
      b = copy;
    }
    const int64_t end = product_.rows * (row_part + 1) / row_parts_;
    for (int64_t row = product_.rows * row_part / row_parts_; row < end; row += kBlockRows) {
      const int64_t rows = std::min(kBlockRows, end - row);
      const auto run = [&](ColumnRange range) { RunRows(args, b, matrix, row, rows, range); };
      if (panels == 0) {
        run({0, columns});
        continue;
      }
      run(ShareOfColumns(panels * kPanelColumns, column_part, column_parts_));
      // The columns after the whole panels are part of one that overlaps the last of those.
      if (columns % kPanelColumns != 0 && column_part + 1 == column_parts_) {
        run({columns - kPanelColumns, kPanelColumns});
      }
    }
  }

  // Rows [row, row + rows) of one matrix.
  void RunRows(const KernelArgs& args, const float* b, int64_t matrix, int64_t row, int64_t rows,
               ColumnRange columns) const {
    const int64_t out_row = matrix * product_.rows + row;
    GemmArgs gemm;
    gemm.a = static_cast<const float*>(args.inputs[0]) + product_.a[static_cast<size_t>(matrix)] +
             row * product_.depth;
    gemm.a_stride = product_.depth;
    gemm.piece_depth = product_.depth;
    gemm.b = b + columns.begin;
    gemm.k_stride = product_.columns;
    gemm.panel_stride = kPanelColumns;
    gemm.c = static_cast<float*>(args.outputs[0]) + out_row * product_.columns + columns.begin;
    gemm.c_stride = product_.columns;
    gemm.rows = rows;
    gemm.columns = columns.count;
    gemm.steps = post_ops_.Fused(args.inputs, out_row, columns.begin);
    gemm_(gemm);
    post_ops_.Apply(args.inputs, out_row, rows, columns.begin, columns.count, gemm.c);
  }

  const BatchedProduct product_;
  const GemmFunction gemm_;
  const RowPostOps post_ops_;
  int64_t row_parts_ = 1, column_parts_ = 1;  // of each matrix
  int64_t shares_ = 1;
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

#include <algorithm>

#include "reference/families.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

constexpr int64_t kTileRows = 8;

// A matrix of any strides within a tensor.
template <typename A>
struct Matrix {
  ReadRow<A> read = nullptr;
  const void* data = nullptr;
  int64_t row_stride = 0, column_stride = 0;
};

template <typename A>
struct Product {
  int64_t rows = 1, columns = 1, depth = 1;
  Matrix<A> a, b;  // [rows, depth], [depth, columns]
};

template <typename A>
struct Tile {
  int64_t row = 0, column = 0, rows = 0, columns = 0;
  A sums[kTileRows][kRowLength];
};

template <typename A>
void Multiply(const Product<A>& product, int64_t a_offset, int64_t b_offset, Tile<A>& tile) {
  const Matrix<A>& a = product.a;
  const Matrix<A>& b = product.b;
  for (int64_t i = 0; i < tile.rows; ++i) std::fill_n(tile.sums[i], kRowLength, A{0});
  A factors[kTileRows];
  A values[kRowLength];
  a_offset += tile.row * a.row_stride;
  b_offset += tile.column * b.column_stride;
  for (int64_t k = 0; k < product.depth; ++k) {
    a.read(a.data, a_offset + k * a.column_stride, a.row_stride, tile.rows, factors);
    b.read(b.data, b_offset + k * b.row_stride, b.column_stride, tile.columns, values);
    for (int64_t i = 0; i < tile.rows; ++i) {
      for (int64_t j = 0; j < tile.columns; ++j) tile.sums[i][j] += factors[i] * values[j];
    }
  }
}

// Multiplies `batch` pairs of matrices. offsets(n) gives the pair {a, b} of offsets of pair n, and
// finish(n, tile) receives each finished tile, from any thread.
template <typename A, typename Offsets, typename Finish>
void MultiplyAll(const Product<A>& product, int64_t batch, ThreadPool& pool, Offsets&& offsets,
                 Finish&& finish) {
  const int64_t tile_rows = (product.rows + kTileRows - 1) / kTileRows;
  const int64_t tile_columns = (product.columns + kRowLength - 1) / kRowLength;
  ParallelRanges(pool, batch * tile_rows * tile_columns, 1, [&](int64_t begin, int64_t end) {
    Tile<A> tile;
    for (int64_t index = begin; index < end; ++index) {
      const int64_t n = index / (tile_rows * tile_columns);
      tile.row = index / tile_columns % tile_rows * kTileRows;
      tile.column = index % tile_columns * kRowLength;
      tile.rows = std::min(kTileRows, product.rows - tile.row);
      tile.columns = std::min(kRowLength, product.columns - tile.column);
      const auto [a_offset, b_offset] = offsets(n);
      Multiply(product, a_offset, b_offset, tile);
      finish(n, tile);
    }
  });
}

// The dimensions before the last two.
Shape BatchOf(const Shape& shape) {
  return shape.size() < 3 ? Shape() : Shape(shape.begin(), shape.end() - 2);
}

// Offset of matrix `n` of `type`, where the matrices of `batch` are counted in row-major order.
int64_t MatrixOffset(const TensorType& type, const Shape& batch, int64_t n) {
  const TensorType matrices = {type.dtype, BatchOf(type.shape)};
  const Shape strides = BroadcastStrides(matrices, batch);
  int64_t offset = 0;
  for (size_t d = batch.size(); d-- > 0;) {
    offset += n % batch[d] * strides[d];
    n /= batch[d];
  }
  return type.shape.size() < 3 ? 0 : offset * type.shape.back() * type.shape[type.shape.size() - 2];
}

template <typename A>
absl::Status MatMul(const Args& args) {
  const TensorType& a = args.input_type(0);
  const TensorType& b = args.input_type(1);
  Product<A> product;
  product.depth = a.shape.back();
  product.a = {RowReader<A>(a.dtype), args.raw_input(0), product.depth, 1};
  product.b = {RowReader<A>(b.dtype), args.raw_input(1), 1, 1};
  if (a.shape.size() > 1) product.rows = a.shape[a.shape.size() - 2];
  if (b.shape.size() > 1) product.columns = product.b.row_stride = b.shape.back();
  const Shape& dst = args.output_type(0).shape;
  const size_t matrix_dims = (a.shape.size() > 1 ? 1 : 0) + (b.shape.size() > 1 ? 1 : 0);
  const Shape batch(dst.begin(), dst.end() - static_cast<std::ptrdiff_t>(matrix_dims));
  const WriteRow<A> write = RowWriter<A>(args.output_type(0).dtype);
  MultiplyAll(
      product, ElementCount(batch), args.pool(),
      [&](int64_t n) { return std::pair(MatrixOffset(a, batch, n), MatrixOffset(b, batch, n)); },
      [&](int64_t n, const Tile<A>& tile) {
        for (int64_t i = 0; i < tile.rows; ++i) {
          const int64_t row = n * product.rows + tile.row + i;
          write(args.raw_output(0), row * product.columns + tile.column, 1, tile.columns,
                tile.sums[i]);
        }
      });
  return absl::OkStatus();
}

// A factor that is given as a float; integer kernels take its integer part.
template <typename A>
A Factor(float value) {
  if constexpr (std::is_same_v<A, double>) return value;
  return static_cast<A>(Narrow<int64_t>(static_cast<double>(value)));
}

template <typename A>
absl::Status Gemm(const Attributes& attributes, const Args& args) {
  const Shape& a = args.input_type(0).shape;
  const Shape& b = args.input_type(1).shape;
  const TensorType& dst = args.output_type(0);
  const bool trans_a = attributes.Int("transA", 0) != 0, trans_b = attributes.Int("transB", 0) != 0;
  const ReadRow<A> read = RowReader<A>(dst.dtype);
  const WriteRow<A> write = RowWriter<A>(dst.dtype);
  Product<A> product;
  product.rows = dst.shape[0];
  product.columns = dst.shape[1];
  product.depth = a[trans_a ? 0 : 1];
  product.a = {read, args.raw_input(0), trans_a ? 1 : a[1], trans_a ? a[1] : 1};
  product.b = {read, args.raw_input(1), trans_b ? 1 : b[1], trans_b ? b[1] : 1};
  const A alpha = Factor<A>(attributes.Float("alpha", 1)),
          beta = Factor<A>(attributes.Float("beta", 1));
  const Shape c = args.has_input(2) ? BroadcastStrides(args.input_type(2), dst.shape) : Shape{0, 0};
  MultiplyAll(
      product, 1, args.pool(), [](int64_t) { return std::pair<int64_t, int64_t>(0, 0); },
      [&](int64_t, const Tile<A>& tile) {
        for (int64_t i = 0; i < tile.rows; ++i) {
          A results[kRowLength], addends[kRowLength] = {};
          const int64_t row = tile.row + i;
          if (args.has_input(2)) {
            read(args.raw_input(2), row * c[0] + tile.column * c[1], c[1], tile.columns, addends);
          }
          for (int64_t j = 0; j < tile.columns; ++j) {
            results[j] = alpha * tile.sums[i][j] + beta * addends[j];
          }
          write(args.raw_output(0), row * product.columns + tile.column, 1, tile.columns, results);
        }
      });
  return absl::OkStatus();
}

absl::Status RunMatMul(const KernelRequest&, const Args& args) {
  const bool is_float = Contains(kFloatTypes, args.output_type(0).dtype);
  return is_float ? MatMul<double>(args) : MatMul<uint64_t>(args);
}

absl::Status RunGemm(const KernelRequest& request, const Args& args) {
  const bool is_float = Contains(kFloatTypes, args.output_type(0).dtype);
  const Attributes& attributes = request.node->attributes;
  return is_float ? Gemm<double>(attributes, args) : Gemm<uint64_t>(attributes, args);
}

constexpr ReferenceOp kOps[] = {
    {.op = "MatMul", .run = RunMatMul, .input_types = kNumericTypes},
    {.op = "Gemm", .run = RunGemm, .input_types = kNumericTypes},
};

}  // namespace

absl::Span<const ReferenceOp> MatMulOps() { return kOps; }

}  // namespace kairos::reference

// MatMulInteger and QLinearMatMul: products of 8-bit integers, summed in 32 bits.
#include <algorithm>
#include <cmath>

#include "reference/element.h"
#include "reference/families.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

// Scales or zero points of an operand: one for all, one for each row of A (column of B), or those
// for each matrix of a batch.
class Parameters {
 public:
  // `lines` of `type` are its rows or columns. `input` may be absent.
  Parameters(const Args& args, size_t input, int64_t lines) {
    if (!args.has_input(input)) return;
    const TensorType& type = args.input_type(input);
    data_ = args.raw_input(input);
    read_ = ElementReader<double>(type.dtype);
    if (type.element_count() > 1) line_stride_ = 1;
    if (type.shape.size() > 1) matrix_stride_ = line_stride_ * lines;
  }
  double At(int64_t matrix, int64_t line) const {
    return data_ == nullptr ? 0 : read_(data_, matrix * matrix_stride_ + line * line_stride_);
  }

 private:
  const void* data_ = nullptr;
  ReadElement<double> read_ = nullptr;
  int64_t matrix_stride_ = 0, line_stride_ = 0;
};

// The inputs' positions in the operator's list.
struct Positions {
  size_t a, a_zero, b, b_zero;
};

struct Product {
  Product(const Args& args, const Positions& at)
      : a_type(args.input_type(at.a)), b_type(args.input_type(at.b)) {
    const Shape &a = a_type.shape, &b = b_type.shape;
    depth = a.back();
    if (a.size() > 1) rows = a[a.size() - 2];
    if (b.size() > 1) columns = b.back();
    const Shape& dst = args.output_type(0).shape;
    const size_t matrix_dims = (a.size() > 1 ? 1 : 0) + (b.size() > 1 ? 1 : 0);
    batch.assign(dst.begin(), dst.end() - static_cast<std::ptrdiff_t>(matrix_dims));
  }

  // Which of the operand's own matrices takes part in product `n`.
  int64_t MatrixOf(const TensorType& type, int64_t n) const {
    if (type.shape.size() < 3) return 0;
    const TensorType matrices = {type.dtype, Shape(type.shape.begin(), type.shape.end() - 2)};
    const Shape strides = BroadcastStrides(matrices, batch);
    int64_t index = 0;
    for (size_t d = batch.size(); d-- > 0;) {
      index += n % batch[d] * strides[d];
      n /= batch[d];
    }
    return index;
  }

  const TensorType &a_type, &b_type;
  int64_t rows = 1, columns = 1, depth = 1;
  Shape batch;
};

// Part of one row of a product.
struct Piece {
  int64_t matrix_a, matrix_b, row, column, count;
};

template <typename A, typename B>
void Multiply(const Product& product, const A* a, const B* b, int32_t a_zero,
              const int32_t* b_zeros, int64_t count, uint32_t* sums) {
  std::fill_n(sums, count, 0u);
  for (int64_t k = 0; k < product.depth; ++k) {
    const int32_t factor = a[k] - a_zero;
    const B* row = b + k * product.columns;
    for (int64_t j = 0; j < count; ++j) {
      sums[j] += static_cast<uint32_t>(factor * (row[j] - b_zeros[j]));
    }
  }
}

// Calls finish(piece, sums, offset of the piece in the output) for each piece, from any thread.
template <typename Finish>
absl::Status MultiplyAll(const Args& args, const Positions& at, Finish&& finish) {
  const Product product(args, at);
  const Parameters a_zero(args, at.a_zero, product.rows), b_zero(args, at.b_zero, product.columns);
  const int64_t pieces = (product.columns + kRowLength - 1) / kRowLength;
  const int64_t count = ElementCount(product.batch) * product.rows * pieces;
  const bool a_signed = product.a_type.dtype == DType::kInt8;
  const bool b_signed = product.b_type.dtype == DType::kInt8;
  const auto run = [&]<typename A, typename B>(A, B) {
    ParallelRanges(args.pool(), count, 1, [&](int64_t begin, int64_t end) {
      uint32_t sums[kRowLength];
      int32_t b_zeros[kRowLength];
      for (int64_t i = begin; i < end; ++i) {
        const int64_t n = i / pieces / product.rows;
        Piece piece = {product.MatrixOf(product.a_type, n), product.MatrixOf(product.b_type, n),
                       i / pieces % product.rows, i % pieces * kRowLength, 0};
        piece.count = std::min(kRowLength, product.columns - piece.column);
        for (int64_t j = 0; j < piece.count; ++j) {
          b_zeros[j] = static_cast<int32_t>(b_zero.At(piece.matrix_b, piece.column + j));
        }
        const A* a =
            args.input<A>(at.a) + (piece.matrix_a * product.rows + piece.row) * product.depth;
        const B* b =
            args.input<B>(at.b) + piece.matrix_b * product.depth * product.columns + piece.column;
        Multiply(product, a, b, static_cast<int32_t>(a_zero.At(piece.matrix_a, piece.row)), b_zeros,
                 piece.count, sums);
        finish(piece, sums, (n * product.rows + piece.row) * product.columns + piece.column);
      }
    });
  };
  if (a_signed && b_signed) run(int8_t{}, int8_t{});
  if (a_signed && !b_signed) run(int8_t{}, uint8_t{});
  if (!a_signed && b_signed) run(uint8_t{}, int8_t{});
  if (!a_signed && !b_signed) run(uint8_t{}, uint8_t{});
  return absl::OkStatus();
}

absl::Status RunMatMulInteger(const KernelRequest&, const Args& args) {
  return MultiplyAll(args, {.a = 0, .a_zero = 2, .b = 1, .b_zero = 3},
                     [&](const Piece& piece, const uint32_t* sums, int64_t offset) {
                       std::copy_n(sums, piece.count, args.output<uint32_t>(0) + offset);
                     });
}

absl::Status RunQLinearMatMul(const KernelRequest&, const Args& args) {
  const Positions at = {.a = 0, .a_zero = 2, .b = 3, .b_zero = 5};
  const Product product(args, at);
  const Parameters a_scale(args, 1, product.rows), b_scale(args, 4, product.columns);
  const auto dst_scale =
      static_cast<float>(ElementAt(args.input_type(6).dtype, args.raw_input(6), 0));
  const double zero = ElementAt(args.input_type(7).dtype, args.raw_input(7), 0);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  return MultiplyAll(args, at, [&](const Piece& piece, const uint32_t* sums, int64_t offset) {
    const auto scale_a = static_cast<float>(a_scale.At(piece.matrix_a, piece.row));
    for (int64_t j = 0; j < piece.count; ++j) {
      const auto scale_b = static_cast<float>(b_scale.At(piece.matrix_b, piece.column + j));
      const float scaled =
          static_cast<float>(static_cast<int32_t>(sums[j])) * (scale_a * scale_b / dst_scale);
      write(args.raw_output(0), offset + j, static_cast<double>(std::nearbyint(scaled)) + zero);
    }
  });
}

constexpr ReferenceOp kRows[] = {
    {.op = "MatMulInteger", .run = RunMatMulInteger},
    {.op = "QLinearMatMul", .run = RunQLinearMatMul},
};

}  // namespace

absl::Span<const ReferenceOp> QuantizedMatMulOps() { return kRows; }

}  // namespace kairos::reference

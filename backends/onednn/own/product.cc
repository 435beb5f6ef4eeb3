// Matrix products with constant weights: MatMul, Gemm and 1 x 1 convolution, for which the pixels
// that its strides reach are gathered first. A block of rows at a time, or of columns where there
// are few rows, with the post-ops while the block is in the cache.
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "onednn/own/conv_shape.h"
#include "onednn/own/dot_simd.h"
#include "onednn/own/makers.h"
#include "onednn/own/panels.h"
#include "onednn/own/row_post_ops.h"
#include "onednn/own/strided_copy.h"

namespace kairos::onednn::own {
namespace {

// The part of a block that a panel is multiplied by, 256 floats of each row, fills less than half
// of a second-level cache. Fewer rows where they are long, so that outputs fit as well, read the
// weights more often: ViT-B/16 took 1.05 of the time, other networks the same.
constexpr int64_t kBlockRows = 192;
// With fewer rows per thread the columns are shared out: the sooner, the longer it takes to fetch
// all the weights for each share of the rows. From so many floats on, ResNet-50 with rows of 7x7
// pixels took 0.97 of the time on an Emerald Rapids, and MiniLM with 128 tokens, whose products of
// 384 by 1536 took 0.9, 0.99; below, MobileNetV2 and SqueezeNet took 1.02 and 1.07 with 96 rows.
constexpr int64_t kMinRowsPerThread = 24, kMinRowsOfLarge = 96;
constexpr int64_t kLargeWeights = 512 << 10;

constexpr size_t kWeights = 1;  // input of each of the operators

struct Product {
  int64_t rows = 0, depth = 0, columns = 0;
  int bias = -1;                    // input of the node; -1: none
  bool weights_transposed = false;  // they are [columns, depth], not [depth, columns]
  size_t post_ops_taken = 0;        // by the bias
  std::unique_ptr<const StridedCopy> gather;  // null: the rows of input 0 lie together

  // In how many shares it is worth computing.
  int64_t shares(int threads) const {
    return rows * depth * columns > kSerialOperations ? threads : 1;
  }
};

// Null if there is none.
const float* GivenBias(const Product& product, const KernelArgs& args) {
  return product.bias < 0 ? nullptr : static_cast<const float*>(args.inputs[product.bias]);
}

class ProductKernel : public OwnKernel {
 public:
  ProductKernel(std::string name, Product product, int threads, RowPostOps post_ops)
      : OwnKernel(std::move(name)),
        product_(std::move(product)),
        gemm_(FindGemm()),
        tile_rows_(GemmTileRows()),
        post_ops_(std::move(post_ops)),
        bias_(product_.bias >= 0, product_.columns) {
    const int64_t shares = product_.shares(threads);
    row_blocks_ = (product_.rows + kBlockRows - 1) / kBlockRows;
    const bool large = product_.depth * product_.columns >= kLargeWeights;
    if (product_.rows >= (large ? kMinRowsOfLarge : kMinRowsPerThread) * shares) {
      row_blocks_ = (row_blocks_ + shares - 1) / shares * shares;
    } else {
      panel_blocks_ = std::min(shares, PanelCount(product_.columns));
    }
    packed_ = {
        static_cast<int>(kWeights),
        absl::StrCat("panels ", product_.depth, "x", product_.columns,
                     product_.weights_transposed ? "t" : ""),
        static_cast<size_t>(PaddedColumns(product_.columns) * product_.depth) * sizeof(float)};
  }

  size_t scratch_bytes() const override {
    const int64_t gathered = product_.gather != nullptr ? product_.rows * product_.depth : 0;
    return static_cast<size_t>(bias_.scratch_floats() + gathered) * sizeof(float);
  }
  absl::Span<const PackedInput> packed_inputs() const override {
    return absl::MakeConstSpan(&packed_, 1);
  }

  absl::Status Pack(size_t, const void* plain, void* packed, ThreadPool& pool) const override {
    const auto* weights = static_cast<const float*>(plain);
    const int64_t depth = product_.depth, columns = product_.columns;
    const int64_t k_stride = product_.weights_transposed ? 1 : columns;
    const int64_t column_stride = product_.weights_transposed ? depth : 1;
    PackPanels(pool, depth, columns, static_cast<float*>(packed), [=](int64_t k, int64_t column) {
      return weights[k * k_stride + column * column_stride];
    });
    return absl::OkStatus();
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    auto* scratch = static_cast<float*>(args.scratch);
    const float* bias = bias_.Get(GivenBias(product_, args), scratch);
    const auto* rows = static_cast<const float*>(args.inputs[0]);
    if (product_.gather != nullptr) {
      float* gathered = scratch + bias_.scratch_floats();
      product_.gather->Run(rows, gathered, *args.pool);
      rows = gathered;
    }
    args.pool->ParallelFor(row_blocks_ * panel_blocks_,
                           [&](int64_t i) { RunBlock(args, rows, bias, i); });
    return absl::OkStatus();
  }

 private:
  // Blocks begin at whole tiles.
  int64_t BlockBegin(int64_t block) const {
    const int64_t tiles = (product_.rows + tile_rows_ - 1) / tile_rows_;
    return std::min(product_.rows, tiles * block / row_blocks_ * tile_rows_);
  }

  void RunBlock(const KernelArgs& args, const float* rows, const float* bias, int64_t index) const {
    const int64_t row_block = index / panel_blocks_, panel_block = index % panel_blocks_;
    const int64_t first = BlockBegin(row_block), end = BlockBegin(row_block + 1);
    const ColumnRange columns = ShareOfColumns(product_.columns, panel_block, panel_blocks_);
    GemmArgs gemm;
    gemm.a = rows + first * product_.depth;
    gemm.a_stride = product_.depth;
    gemm.bias = bias == nullptr ? nullptr : bias + columns.begin;
    gemm.c = static_cast<float*>(args.outputs[0]) + first * product_.columns + columns.begin;
    gemm.c_stride = product_.columns;
    gemm.rows = end - first;
    gemm.piece_depth = product_.depth;
    gemm.SetPanels(static_cast<const float*>(args.inputs[kWeights]) +
                   columns.begin * product_.depth);
    gemm.columns = columns.count;
    gemm.steps = post_ops_.Fused(args.inputs, first, columns.begin);
    gemm_(gemm);
    post_ops_.Apply(args.inputs, first, gemm.rows, columns.begin, gemm.columns, gemm.c);
  }

  const Product product_;
  const GemmFunction gemm_;
  const int64_t tile_rows_;
  const RowPostOps post_ops_;
  const PanelBias bias_;
  int64_t row_blocks_ = 1, panel_blocks_ = 1;
  PackedInput packed_;
};

// Few rows: what takes time is to fetch the weights, and no other form of them takes less.
class DotKernel : public OwnKernel {
 public:
  DotKernel(Product product, int threads, RowPostOps post_ops)
      : OwnKernel(kName),
        product_(std::move(product)),
        dot_(FindDot()),
        post_ops_(std::move(post_ops)),
        shares_(std::min(product_.shares(threads), PanelCount(product_.columns))) {}

  static constexpr char kName[] = "own.Gemm:dots";

  absl::Status Run(const KernelArgs& args, State*) const override {
    const float* bias = GivenBias(product_, args);
    args.pool->ParallelFor(shares_, [&](int64_t i) {
      const ColumnRange columns = ShareOfColumns(product_.columns, i, shares_);
      DotArgs dot;
      dot.a = static_cast<const float*>(args.inputs[0]);
      dot.rows = product_.rows;
      dot.depth = product_.depth;
      dot.weights =
          static_cast<const float*>(args.inputs[kWeights]) + columns.begin * product_.depth;
      dot.bias = bias == nullptr ? nullptr : bias + columns.begin;
      dot.c = static_cast<float*>(args.outputs[0]) + columns.begin;
      dot.c_stride = product_.columns;
      dot.columns = columns.count;
      dot.steps = post_ops_.Fused(args.inputs, 0, columns.begin);
      dot_(dot);
      post_ops_.Apply(args.inputs, 0, dot.rows, columns.begin, columns.count, dot.c);
    });
    return absl::OkStatus();
  }

 private:
  const Product product_;
  const DotFunction dot_;
  const RowPostOps post_ops_;
  const int64_t shares_;
};

// Whether the operand is one float for each column of a matrix.
bool IsRow(const Operand& operand, int64_t columns) {
  const Shape& shape = operand.type.shape;
  return IsPlainFloat(operand) && !shape.empty() && shape.back() == columns &&
         operand.type.element_count() == columns;
}

MadeKernel MakeProduct(const KernelRequest& request, const char* name, Product product,
                       absl::string_view frozen) {
  if (!request.inputs[kWeights].constant) return Refuse(request, "weights that may change");
  absl::StatusOr<RowPostOps> post_ops = RowPostOps::Make(request, product.post_ops_taken);
  if (!post_ops.ok()) return post_ops.status();
  if (absl::Status same = CheckFrozen(name, frozen); !same.ok()) return same;
  return std::make_unique<ProductKernel>(name, std::move(product), request.threads,
                                         *std::move(post_ops));
}

MadeKernel MakeDots(const KernelRequest& request, Product product) {
  absl::StatusOr<RowPostOps> post_ops = RowPostOps::Make(request, product.post_ops_taken);
  if (!post_ops.ok()) return post_ops.status();
  return std::make_unique<DotKernel>(std::move(product), request.threads, *std::move(post_ops));
}

// The shape of a product of input 0, [..., depth], and weights of rank 2.
absl::StatusOr<Product> MatrixProduct(const KernelRequest& request, bool weights_transposed) {
  const Operand& a = request.inputs[0];
  const Operand& weights = request.inputs[kWeights];
  if (!IsPlainFloat(a) || !IsPlainFloat(request.outputs[0])) {
    return Refuse(request, "no plain matrices of float32");
  }
  if (!IsPlainFloat(weights) || weights.type.shape.size() != 2 || a.type.shape.size() < 2) {
    return Refuse(request, "weights that are no float32 matrix");
  }
  Product product;
  product.depth = a.type.shape.back();
  product.columns = request.outputs[0].type.shape.back();
  product.rows = a.type.element_count() / product.depth;
  product.weights_transposed = weights_transposed;
  return product;
}

// An Add of a row behind the product is its bias.
void TakeBias(const KernelRequest& request, Product* product) {
  if (product->bias >= 0 || request.node->post_ops.empty()) return;
  const PostOp& post_op = request.node->post_ops[0];
  if (post_op.op != "Add" || post_op.operand < 0) return;
  if (!IsRow(request.inputs[static_cast<size_t>(post_op.operand)], product->columns)) return;
  product->bias = post_op.operand;
  product->post_ops_taken = 1;
}

// The pixels that the strides reach, one after the other.
StridedCopy GatherOf(const ConvShape& shape) {
  const int64_t channels = shape.in_channels, row = shape.in[1] * channels;
  const Shape dims = {shape.images, shape.out[0], shape.out[1], channels};
  const Shape strides = {shape.in[0] * row, shape.strides[0] * row, shape.strides[1] * channels, 1};
  return StridedCopy(dims, strides, DenseStrides(dims, Layout::kPlain), sizeof(float));
}

}  // namespace

MadeKernel MakeConv1x1(const KernelRequest& request, absl::string_view frozen) {
  constexpr std::array<int64_t, 2> kOnes = {1, 1}, kNone = {0, 0};
  const absl::StatusOr<ConvShape> shape = ConvShapeOf(request);
  if (!shape.ok()) return shape.status();
  const auto inside = [&](size_t axis) {
    return (shape->out[axis] - 1) * shape->strides[axis] < shape->in[axis];
  };
  if (shape->kernel != kOnes || shape->groups != 1 || shape->pads_begin != kNone || !inside(0) ||
      !inside(1)) {
    return Refuse(request, "not 1x1 in one group without padding");
  }
  Product product;
  product.rows = shape->images * shape->out_pixels();
  product.depth = shape->in_channels;
  product.columns = shape->out_channels;
  product.weights_transposed = true;
  if (shape->has_bias) product.bias = static_cast<int>(kConvBias);
  if (shape->out != shape->in) product.gather = std::make_unique<StridedCopy>(GatherOf(*shape));
  return MakeProduct(request, "own.Conv:1x1", std::move(product), frozen);
}

MadeKernel MakeMatMul(const KernelRequest& request, absl::string_view frozen) {
  absl::StatusOr<Product> product = MatrixProduct(request, false);
  if (!product.ok()) return product.status();
  TakeBias(request, &*product);
  return MakeProduct(request, "own.MatMul", *std::move(product), frozen);
}

MadeKernel MakeGemm(const KernelRequest& request, absl::string_view frozen) {
  const Attributes& attributes = request.node->attributes;
  absl::StatusOr<Product> product = MatrixProduct(request, attributes.Int("transB", 0) != 0);
  if (!product.ok()) return product.status();
  const bool has_bias = HasInput(request, 2);
  const bool scaled = attributes.Float("alpha", 1.0f) != 1.0f ||
                      (has_bias && attributes.Float("beta", 1.0f) != 1.0f);
  if (attributes.Int("transA", 0) != 0 || scaled ||
      (has_bias && !IsRow(request.inputs[2], product->columns))) {
    return Refuse(request, "not A * B with a row for a bias");
  }
  if (has_bias) product->bias = 2;
  TakeBias(request, &*product);
  const bool can_dot = product->weights_transposed && product->rows <= kMaxDotRows;
  const bool large = product->depth * product->columns >= kLargeWeights;
  const bool wants_dots =
      frozen.empty() ? large || !request.inputs[kWeights].constant : frozen == DotKernel::kName;
  if (can_dot && wants_dots) return MakeDots(request, *std::move(product));
  return MakeProduct(request, "own.Gemm", *std::move(product), frozen);
}

}  // namespace kairos::onednn::own

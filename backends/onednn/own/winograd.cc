// 3 x 3 convolutions of stride 1 by Winograd's minimal filtering: 4 or 2.25 times fewer
// multiplications than a direct one, for transforms of input and output and larger weights. A run
// goes over blocks of tiles: transform their inputs, one matrix product per position of the
// transformed tile, transform the outputs.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "onednn/own/conv_shape.h"
#include "onednn/own/gemm_simd.h"
#include "onednn/own/makers.h"
#include "onednn/own/row_post_ops.h"
#include "onednn/own/winograd_simd.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kKernel = 3;
// Transformed inputs and outputs of one block of tiles; they should stay in a shared cache.
constexpr int64_t kBlockBytes = 4 << 20;
// Panels of one matrix product, the unit of sharing work between threads.
constexpr int64_t kPanelsPerProduct = 8;
constexpr int64_t kTileGrain = 4;

// How F(outputs x outputs, 3 x 3) cuts up a convolution.
struct Tiling {
  Tiling(const ConvShape& shape, int outputs_in)
      : outputs(outputs_in),
        rows((shape.out[0] + outputs - 1) / outputs),
        columns((shape.out[1] + outputs - 1) / outputs),
        count(shape.images * rows * columns) {}

  int64_t positions() const { return (outputs + 2) * (outputs + 2); }

  int64_t outputs, rows, columns, count;
};

int64_t PackedFloats(const ConvShape& shape, const Tiling& tiling) {
  return tiling.positions() * PaddedColumns(shape.out_channels) * shape.in_channels;
}

class WinogradKernel : public OwnKernel {
 public:
  WinogradKernel(const ConvShape& shape, int outputs, RowPostOps post_ops)
      : OwnKernel(Name(outputs)),
        shape_(shape),
        tiling_(shape, outputs),
        functions_(FindWinograd(outputs)),
        gemm_(FindGemm()),
        post_ops_(std::move(post_ops)),
        in_stride_(PaddedColumns(shape.in_channels)),
        out_stride_(PaddedColumns(shape.out_channels)) {
    const int64_t tile_bytes = tiling_.positions() * (in_stride_ + out_stride_) * 4;
    const int64_t most = std::max<int64_t>(kBlockBytes / tile_bytes, 16);
    const int64_t blocks = (tiling_.count + most - 1) / most;
    block_ = (tiling_.count + blocks - 1) / blocks;
    packed_ = {static_cast<int>(kConvWeights),
               absl::StrCat("winograd", outputs, " ", shape.out_channels, "x", shape.in_channels),
               static_cast<size_t>(PackedFloats(shape, tiling_)) * sizeof(float)};
  }

  static std::string Name(int outputs) { return absl::StrCat("own.Conv:winograd", outputs); }

  size_t scratch_bytes() const override {
    const int64_t floats =
        in_stride_ + tiling_.positions() * (in_position_stride() + out_position_stride());
    return static_cast<size_t>(floats) * sizeof(float);
  }
  absl::Span<const PackedInput> packed_inputs() const override {
    return absl::MakeConstSpan(&packed_, 1);
  }

  absl::Status Pack(size_t, const void* plain, void* packed, ThreadPool& pool) const override {
    const auto* filters = static_cast<const float*>(plain);
    auto* panels = static_cast<float*>(packed);
    ParallelRanges(pool, PanelCount(shape_.out_channels), 1, [&](int64_t begin, int64_t end) {
      for (int64_t panel = begin; panel < end; ++panel) PackPanel(filters, panel, panels);
    });
    return absl::OkStatus();
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    auto* zeros = static_cast<float*>(args.scratch);
    std::memset(zeros, 0, static_cast<size_t>(in_stride_) * sizeof(float));
    const Buffers buffers{zeros, zeros + in_stride_,
                          zeros + in_stride_ + tiling_.positions() * in_position_stride()};
    const FusedSteps steps = post_ops_.Fused(args.inputs, 0);
    for (int64_t first = 0; first < tiling_.count; first += block_) {
      const int64_t count = std::min(block_, tiling_.count - first);
      ParallelRanges(*args.pool, count, kTileGrain, [&](int64_t begin, int64_t end) {
        for (int64_t t = begin; t < end; ++t) TransformInput(args, first, t, buffers);
      });
      Multiply(args, count, buffers);
      ParallelRanges(*args.pool, count, kTileGrain, [&](int64_t begin, int64_t end) {
        for (int64_t t = begin; t < end; ++t) TransformOutput(args, first, t, buffers, steps);
      });
    }
    return absl::OkStatus();
  }

 private:
  struct Buffers {
    const float* zeros;  // the channels of a pixel outside the image
    float* in;           // [position][tile of the block][in_stride_]
    float* out;          // [position][tile of the block][out_stride_]
  };
  struct TilePlace {
    int64_t image, y, x;  // of the first output pixel
  };

  // The extra floats keep the positions of a tile out of each other's cache sets.
  int64_t in_position_stride() const { return block_ * in_stride_ + kPanelColumns; }
  int64_t out_position_stride() const { return block_ * out_stride_ + kPanelColumns; }

  TilePlace PlaceOf(int64_t tile) const {
    return {tile / (tiling_.rows * tiling_.columns),
            tile / tiling_.columns % tiling_.rows * tiling_.outputs,
            tile % tiling_.columns * tiling_.outputs};
  }

  void PackPanel(const float* filters, int64_t panel, float* panels) const {
    const int64_t depth = shape_.in_channels;
    const int64_t position_stride = PanelCount(shape_.out_channels) * depth * kPanelColumns;
    float transformed[kMaxWinogradInput * kMaxWinogradInput] = {};
    for (int64_t j = 0; j < kPanelColumns; ++j) {
      const int64_t out = panel * kPanelColumns + j;
      const bool padding = out >= shape_.out_channels;
      if (padding) std::fill(std::begin(transformed), std::end(transformed), 0.0f);
      for (int64_t c = 0; c < depth; ++c) {
        if (!padding) {
          TransformWinogradFilter(static_cast<int>(tiling_.outputs),
                                  filters + (out * depth + c) * kKernel * kKernel, transformed);
        }
        float* to = panels + (panel * depth + c) * kPanelColumns + j;
        for (int64_t p = 0; p < tiling_.positions(); ++p) to[p * position_stride] = transformed[p];
      }
    }
  }

  void TransformInput(const KernelArgs& args, int64_t first, int64_t t,
                      const Buffers& buffers) const {
    const TilePlace place = PlaceOf(first + t);
    const int64_t size = tiling_.outputs + 2;
    const int64_t top = place.y - shape_.pads_begin[0], left = place.x - shape_.pads_begin[1];
    const auto* image = static_cast<const float*>(args.inputs[kConvInput]) +
                        place.image * shape_.in[0] * shape_.in[1] * shape_.in_channels;
    const float* pixels[kMaxWinogradInput * kMaxWinogradInput];
    for (int64_t y = 0; y < size; ++y) {
      for (int64_t x = 0; x < size; ++x) {
        const bool inside =
            top + y >= 0 && top + y < shape_.in[0] && left + x >= 0 && left + x < shape_.in[1];
        const int64_t pixel = (top + y) * shape_.in[1] + left + x;
        pixels[y * size + x] = inside ? image + pixel * shape_.in_channels : buffers.zeros;
      }
    }
    functions_.transform_input(
        {pixels, shape_.in_channels, buffers.in + t * in_stride_, in_position_stride()});
  }

  // One product per position and group of panels.
  void Multiply(const KernelArgs& args, int64_t tiles, const Buffers& buffers) const {
    const auto* weights = static_cast<const float*>(args.inputs[kConvWeights]);
    const int64_t panels = PanelCount(shape_.out_channels);
    const int64_t groups = (panels + kPanelsPerProduct - 1) / kPanelsPerProduct;
    ParallelRanges(*args.pool, tiling_.positions() * groups, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t position = i / groups, panel = i % groups * kPanelsPerProduct;
        GemmArgs gemm;
        gemm.a = buffers.in + position * in_position_stride();
        gemm.a_stride = in_stride_;
        gemm.piece_depth = shape_.in_channels;
        gemm.SetPanels(weights + (position * panels + panel) * gemm.depth() * kPanelColumns);
        gemm.columns = std::min(kPanelsPerProduct, panels - panel) * kPanelColumns;
        gemm.c = buffers.out + position * out_position_stride() + panel * kPanelColumns;
        gemm.c_stride = out_stride_;
        gemm.rows = tiles;
        gemm_(gemm);
      }
    });
  }

  void TransformOutput(const KernelArgs& args, int64_t first, int64_t t, const Buffers& buffers,
                       const FusedSteps& steps) const {
    const TilePlace place = PlaceOf(first + t);
    const int64_t rows = std::min(tiling_.outputs, shape_.out[0] - place.y);
    const int64_t columns = std::min(tiling_.outputs, shape_.out[1] - place.x);
    const int64_t pixel = (place.image * shape_.out[0] + place.y) * shape_.out[1] + place.x;
    auto* out = static_cast<float*>(args.outputs[0]);
    float* pixels[kMaxWinogradInput * kMaxWinogradInput] = {};
    for (int64_t y = 0; y < rows; ++y) {
      for (int64_t x = 0; x < columns; ++x) {
        pixels[y * tiling_.outputs + x] =
            out + (pixel + y * shape_.out[1] + x) * shape_.out_channels;
      }
    }
    const auto* bias =
        shape_.has_bias ? static_cast<const float*>(args.inputs[kConvBias]) : nullptr;
    functions_.transform_output({buffers.out + t * out_stride_, out_position_stride(), bias,
                                 shape_.out_channels, pixels, out, steps});
    for (int64_t y = 0; y < rows; ++y) {
      post_ops_.Apply(args.inputs, pixel + y * shape_.out[1], columns, pixels[y * tiling_.outputs]);
    }
  }

  const ConvShape shape_;
  const Tiling tiling_;
  const WinogradFunctions functions_;
  const GemmFunction gemm_;
  const RowPostOps post_ops_;
  const int64_t in_stride_, out_stride_;  // floats of one pixel's channels in the buffers
  int64_t block_ = 1;                     // tiles at a time
  PackedInput packed_;
};

// The 3x3 convolution of a request, if that is what it asks for.
absl::StatusOr<ConvShape> ShapeOf(const KernelRequest& request) {
  if (!request.winograd) return Refuse(request, "winograd is switched off");
  absl::StatusOr<ConvShape> shape = ConvShapeOf(request);
  if (!shape.ok()) return shape;
  constexpr std::array<int64_t, 2> kOnes = {1, 1};
  if (shape->kernel != std::array{kKernel, kKernel} || shape->strides != kOnes ||
      shape->dilations != kOnes || shape->groups != 1) {
    return Refuse(request, "not 3x3 of stride 1 in one group");
  }
  return shape;
}

// What a run costs, in multiplications: those of the products, the transforms, and the weights,
// which mostly come from memory (about 6 operations can be done while a byte arrives).
constexpr double kOperationsPerByte = 6;

double DirectCost(const ConvShape& shape) {
  const auto filters = static_cast<double>(shape.in_channels * shape.out_channels * 9);
  const auto pixels = static_cast<double>(shape.images * shape.out_pixels());
  return 2 * filters * pixels + kOperationsPerByte * 4 * filters;
}

double WinogradCost(const ConvShape& shape, int outputs) {
  constexpr double kEfficiency = 0.8;    // of the products, beside a direct convolution's
  constexpr double kTransformCost = 24;  // per value moved in or out
  const Tiling tiling(shape, outputs);
  const auto values = static_cast<double>(tiling.count * tiling.positions());
  const auto channels = static_cast<double>(shape.in_channels + shape.out_channels);
  return 2 * values * static_cast<double>(shape.in_channels) *
             static_cast<double>(PaddedColumns(shape.out_channels)) / kEfficiency +
         kTransformCost * values * channels +
         kOperationsPerByte * 4 * static_cast<double>(PackedFloats(shape, tiling));
}

// The form that pays, or 0. Larger tiles save more arithmetic and take more memory: weights of
// more than kMaxPackedBytes are not blown up fourfold.
int ChooseOutputs(const ConvShape& shape) {
  constexpr int64_t kMaxPackedBytes = 4 << 20;
  constexpr double kWorthwhile = 0.85;
  const double direct = DirectCost(shape) * kWorthwhile;
  const bool fits = PackedFloats(shape, Tiling(shape, 4)) * 4 <= kMaxPackedBytes;
  const double small = WinogradCost(shape, 2), large = WinogradCost(shape, 4);
  if (fits && large < std::min(small, direct)) return 4;
  return small < direct ? 2 : 0;
}

}  // namespace

MadeKernel MakeWinograd(const KernelRequest& request, absl::string_view frozen) {
  const absl::StatusOr<ConvShape> shape = ShapeOf(request);
  if (!shape.ok()) return shape.status();
  absl::StatusOr<RowPostOps> post_ops = RowPostOps::Make(request);
  if (!post_ops.ok()) return post_ops.status();
  int outputs = 0;
  if (frozen.empty()) {
    outputs = ChooseOutputs(*shape);
    if (outputs == 0) return Refuse(request, "a direct convolution is cheaper");
  } else {
    for (int candidate : {2, 4}) {
      if (frozen == WinogradKernel::Name(candidate)) outputs = candidate;
    }
    if (outputs == 0) return CheckFrozen(WinogradKernel::Name(2), frozen);
  }
  return std::make_unique<WinogradKernel>(*shape, outputs, *std::move(post_ops));
}

}  // namespace kairos::onednn::own

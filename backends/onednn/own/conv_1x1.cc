// 1 x 1 convolutions: a matrix product of pixels and channels, a block of pixels at a time, with
// the post-ops while the block is in the cache.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "onednn/own/conv_shape.h"
#include "onednn/own/gemm_simd.h"
#include "onednn/own/makers.h"
#include "onednn/own/pixel_post_ops.h"

namespace kairos::onednn::own {
namespace {

constexpr char kName[] = "own.Conv:1x1";
constexpr std::array<int64_t, 2> kOnes = {1, 1};
// Inputs and outputs of a block of pixels: half of a second-level cache of the smaller kind.
constexpr int64_t kBlockFloats = 64 << 10;
constexpr int64_t kMinBlock = 48, kMaxBlock = 192;
// Below this many multiplications a second thread costs more than it saves.
constexpr int64_t kSerialOperations = 200'000;
constexpr int64_t kFewPixels = 8;

class Conv1x1Kernel : public OwnKernel {
 public:
  Conv1x1Kernel(const ConvShape& shape, int threads, PixelPostOps post_ops)
      : OwnKernel(kName), shape_(shape), gemm_(FindGemm()), post_ops_(std::move(post_ops)) {
    const int64_t channels = shape.in_channels + shape.out_channels;
    const int64_t most = std::clamp(kBlockFloats / channels, kMinBlock, kMaxBlock);
    blocks_ = (pixels() + most - 1) / most;
    if (operations() > kSerialOperations) {
      blocks_ = std::min((blocks_ + threads - 1) / threads * threads, pixels());
    }
    packed_ = {
        static_cast<int>(kConvWeights),
        absl::StrCat("panels ", shape.out_channels, "x", shape.in_channels),
        static_cast<size_t>(PaddedColumns(shape.out_channels) * shape.in_channels) * sizeof(float)};
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(padded_bias()) * sizeof(float);
  }
  absl::Span<const PackedInput> packed_inputs() const override {
    return absl::MakeConstSpan(&packed_, 1);
  }

  absl::Status Pack(size_t, const void* plain, void* packed, ThreadPool& pool) const override {
    const auto* weights = static_cast<const float*>(plain);
    auto* panels = static_cast<float*>(packed);
    const int64_t depth = shape_.in_channels;
    ParallelRanges(
        pool, PaddedColumns(shape_.out_channels), kPanelColumns, [&](int64_t begin, int64_t end) {
          for (int64_t column = begin; column < end; ++column) {
            float* to =
                panels + column / kPanelColumns * depth * kPanelColumns + column % kPanelColumns;
            for (int64_t k = 0; k < depth; ++k, to += kPanelColumns) {
              *to = column < shape_.out_channels ? weights[column * depth + k] : 0.0f;
            }
          }
        });
    return absl::OkStatus();
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    const auto* bias =
        shape_.has_bias ? static_cast<const float*>(args.inputs[kConvBias]) : nullptr;
    if (padded_bias() != 0) {
      auto* padded = static_cast<float*>(args.scratch);
      std::fill_n(padded, padded_bias(), 0.0f);
      std::copy_n(bias, shape_.out_channels, padded);
      bias = padded;
    }
    const int64_t grain = operations() > kSerialOperations ? 1 : blocks_;
    ParallelRanges(*args.pool, blocks_, grain, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) RunBlock(args, bias, i);
    });
    return absl::OkStatus();
  }

 private:
  int64_t pixels() const { return shape_.images * shape_.out_pixels(); }
  int64_t operations() const { return pixels() * shape_.in_channels * shape_.out_channels; }
  // Floats of a copy of the bias that fills whole panels; 0 when the bias does so itself.
  int64_t padded_bias() const {
    const bool fills = shape_.out_channels % kPanelColumns == 0;
    return shape_.has_bias && !fills ? PaddedColumns(shape_.out_channels) : 0;
  }

  void RunBlock(const KernelArgs& args, const float* bias, int64_t index) const {
    const int64_t first = pixels() * index / blocks_, end = pixels() * (index + 1) / blocks_;
    GemmArgs gemm;
    gemm.a = static_cast<const float*>(args.inputs[kConvInput]) + first * shape_.in_channels;
    gemm.a_stride = shape_.in_channels;
    gemm.panels = static_cast<const float*>(args.inputs[kConvWeights]);
    gemm.bias = bias;
    gemm.c = static_cast<float*>(args.outputs[0]) + first * shape_.out_channels;
    gemm.c_stride = shape_.out_channels;
    gemm.rows = end - first;
    gemm.depth = shape_.in_channels;
    gemm.columns = shape_.out_channels;
    gemm.bounds = post_ops_.bounds();
    gemm_(gemm);
    if (!post_ops_.empty()) post_ops_.Apply(args.inputs, first, gemm.rows, gemm.c);
  }

  const ConvShape shape_;
  const GemmFunction gemm_;
  const PixelPostOps post_ops_;
  int64_t blocks_ = 1;  // of pixels
  PackedInput packed_;
};

}  // namespace

MadeKernel MakeConv1x1(const KernelRequest& request, absl::string_view frozen) {
  const absl::StatusOr<ConvShape> shape = ConvShapeOf(request);
  if (!shape.ok()) return shape.status();
  if (shape->kernel != kOnes || shape->strides != kOnes || shape->groups != 1 ||
      shape->out != shape->in) {
    return Refuse(request, "not 1x1 of stride 1 in one group without padding");
  }
  absl::StatusOr<PixelPostOps> post_ops = PixelPostOps::Make(request);
  if (!post_ops.ok()) return post_ops.status();
  // The library applies post-ops in registers, which counts where there are many pixels.
  const bool few_pixels = shape->images * shape->out_pixels() <= kFewPixels;
  if (frozen.empty() && !post_ops->empty() && !few_pixels) {
    return Refuse(request, "post-ops that the library is faster at");
  }
  if (absl::Status same = CheckFrozen(kName, frozen); !same.ok()) return same;
  return std::make_unique<Conv1x1Kernel>(*shape, request.threads, *std::move(post_ops));
}

}  // namespace kairos::onednn::own

// Depthwise convolutions: one filter per channel, a row of the image or a part of it and some
// channels at a time, with the post-ops while they are in the cache.
#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "onednn/own/conv_shape.h"
#include "onednn/own/depthwise_simd.h"
#include "onednn/own/gemm_simd.h"
#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"
#include "onednn/own/row_post_ops.h"

namespace kairos::onednn::own {
namespace {

constexpr char kName[] = "own.Conv:depthwise";
constexpr int64_t kMaxWindow = 32;
// Channels are computed together as long as their weights stay in the first-level cache.
constexpr int64_t kGroupWeightBytes = 16 << 10;
constexpr int64_t kGrainOperations = 100'000;

class DepthwiseKernel : public OwnKernel {
 public:
  DepthwiseKernel(const ConvShape& shape, RowPostOps post_ops)
      : OwnKernel(kName),
        shape_(shape),
        run_(FindDepthwise()),
        post_ops_(std::move(post_ops)),
        weights_stride_(PaddedColumns(shape.out_channels)) {
    const auto fitting = kGroupWeightBytes / static_cast<int64_t>(sizeof(float)) / taps();
    const int64_t fewest = (weights_stride_ + fitting - 1) / std::max<int64_t>(fitting, 1);
    group_channels_ = PaddedColumns((weights_stride_ + fewest - 1) / fewest);
    packed_ = {static_cast<int>(kConvWeights),
               absl::StrCat("taps ", taps(), "x", shape.out_channels),
               static_cast<size_t>(taps() * weights_stride_) * sizeof(float)};
  }

  absl::Span<const PackedInput> packed_inputs() const override {
    return absl::MakeConstSpan(&packed_, 1);
  }

  absl::Status Pack(size_t, const void* plain, void* packed, ThreadPool&) const override {
    const auto* weights = static_cast<const float*>(plain);
    auto* to = static_cast<float*>(packed);
    for (int64_t tap = 0; tap < taps(); ++tap, to += weights_stride_) {
      for (int64_t c = 0; c < weights_stride_; ++c) {
        to[c] = c < shape_.out_channels ? weights[c * taps() + tap] : 0.0f;
      }
    }
    return absl::OkStatus();
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    const int64_t pixels = shape_.images * shape_.out_pixels();
    const int64_t grain = std::max<int64_t>(1, kGrainOperations / (taps() * shape_.out_channels));
    ParallelRanges(*args.pool, pixels, grain, [&](int64_t begin, int64_t end) {
      for (int64_t c = 0; c < shape_.out_channels; c += group_channels_) {
        ForPartsOfRows(shape_.out[1], begin, end, [&](int64_t row, int64_t x, int64_t count) {
          RunPixels(args, c, row, x, count);
        });
      }
    });
    return absl::OkStatus();
  }

 private:
  int64_t taps() const { return shape_.kernel[0] * shape_.kernel[1]; }

  // So many pixels of a row of the output, from x on, and channels from `begin` on.
  void RunPixels(const KernelArgs& args, int64_t begin, int64_t out_row, int64_t x,
                 int64_t count) const {
    const int64_t image = out_row / shape_.out[0], y = out_row % shape_.out[0];
    const int64_t pixel = out_row * shape_.out[1] + x;
    const auto* in = static_cast<const float*>(args.inputs[kConvInput]) + begin;
    const float* in_rows[kMaxWindow];
    for (int64_t ky = 0; ky < shape_.kernel[0]; ++ky) {
      const int64_t in_y = y * shape_.strides[0] - shape_.pads_begin[0] + ky * shape_.dilations[0];
      const bool inside = in_y >= 0 && in_y < shape_.in[0];
      in_rows[ky] =
          inside ? in + (image * shape_.in[0] + in_y) * shape_.in[1] * shape_.in_channels : nullptr;
    }
    DepthwiseRow row;
    row.in = in_rows;
    row.weights = static_cast<const float*>(args.inputs[kConvWeights]) + begin;
    if (shape_.has_bias) row.bias = static_cast<const float*>(args.inputs[kConvBias]) + begin;
    row.out = static_cast<float*>(args.outputs[0]) + pixel * shape_.out_channels + begin;
    row.channels = std::min(group_channels_, shape_.out_channels - begin);
    row.pixel_stride = shape_.out_channels;
    row.weights_stride = weights_stride_;
    row.kernel_rows = shape_.kernel[0];
    row.kernel_columns = shape_.kernel[1];
    row.in_width = shape_.in[1];
    row.first = x;
    row.count = count;
    row.stride = shape_.strides[1];
    row.dilation = shape_.dilations[1];
    row.pad = shape_.pads_begin[1];
    row.steps = post_ops_.Fused(args.inputs, pixel, begin);
    run_(row);
    post_ops_.Apply(args.inputs, pixel, count, begin, row.channels, row.out);
  }

  const ConvShape shape_;
  const DepthwiseFunction run_;
  const RowPostOps post_ops_;
  const int64_t weights_stride_;
  int64_t group_channels_ = 0;
  PackedInput packed_;
};

}  // namespace

MadeKernel MakeDepthwise(const KernelRequest& request, absl::string_view frozen) {
  const absl::StatusOr<ConvShape> shape = ConvShapeOf(request);
  if (!shape.ok()) return shape.status();
  if (shape->groups != shape->in_channels || shape->groups != shape->out_channels ||
      shape->kernel[0] > kMaxWindow || shape->kernel[1] > kMaxWindow) {
    return Refuse(request, "not one filter per channel");
  }
  absl::StatusOr<RowPostOps> post_ops = RowPostOps::Make(request);
  if (!post_ops.ok()) return post_ops.status();
  if (absl::Status same = CheckFrozen(kName, frozen); !same.ok()) return same;
  return std::make_unique<DepthwiseKernel>(*shape, *std::move(post_ops));
}

}  // namespace kairos::onednn::own

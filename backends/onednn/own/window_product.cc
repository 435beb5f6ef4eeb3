// Convolutions in one group as matrix products over the windows of a row of the output: along a row
// of a channels-last image a window is contiguous, and the next one begins `stride` pixels later.
// Nothing is gathered; where the window passes the border of the image, its rows are copied with
// zeros around them. For layers that are too small to repay the code that the library would
// generate for each of their sizes.
#include <algorithm>
#include <cstring>
#include <utility>

#include "onednn/own/conv_shape.h"
#include "onednn/own/makers.h"
#include "onednn/own/panels.h"
#include "onednn/own/row_post_ops.h"

namespace kairos::onednn::own {
namespace {

constexpr char kName[] = "own.Conv:windows";
// With more multiplications than that the library's kernels are chosen: they share weights between
// rows of the output.
constexpr int64_t kMaxOperations = 32 << 20;
// Copied rows of an image should stay in the second-level cache.
constexpr int64_t kStripFloats = 16 << 10;

class WindowProductKernel : public OwnKernel {
 public:
  WindowProductKernel(const ConvShape& shape, int threads, RowPostOps post_ops)
      : OwnKernel(kName),
        shape_(shape),
        gemm_(FindGemm()),
        post_ops_(std::move(post_ops)),
        bias_(shape.has_bias, shape.out_channels),
        rows_(shape.images * shape.out[0]) {
    copies_ = shape.pads_begin[0] > 0 || shape.pads_begin[1] > 0 ||
              window_rows(shape.out[0]) > shape.in[0] || window_columns() > shape.in[1];
    pitch_ = (copies_ ? window_columns() : shape.in[1]) * shape.in_channels;
    const int64_t strip = (kStripFloats / pitch_ - window_rows(1)) / shape.strides[0] + 1;
    strip_ = std::clamp<int64_t>(strip, 1, shape.out[0]);
    if (operations(shape) > kSerialOperations) {
      row_shares_ = std::min<int64_t>(threads, rows_);
      panel_shares_ = std::min(threads / row_shares_, PanelCount(shape.out_channels));
    }
    packed_ = {static_cast<int>(kConvWeights),
               absl::StrCat("windows ", shape.kernel[0], "x", shape.kernel[1], "x",
                            shape.in_channels, "x", shape.out_channels),
               static_cast<size_t>(PaddedColumns(shape.out_channels) * depth()) * sizeof(float)};
  }

  static int64_t operations(const ConvShape& shape) {
    return shape.images * shape.out_pixels() * shape.kernel[0] * shape.kernel[1] *
           shape.in_channels * shape.out_channels;
  }

  size_t scratch_bytes() const override {
    const int64_t copies = copies_ ? row_shares_ * panel_shares_ * strip_floats() : 0;
    return static_cast<size_t>(bias_.scratch_floats() + copies) * sizeof(float);
  }
  absl::Span<const PackedInput> packed_inputs() const override {
    return absl::MakeConstSpan(&packed_, 1);
  }

  absl::Status Pack(size_t, const void* plain, void* packed, ThreadPool& pool) const override {
    const auto* weights = static_cast<const float*>(plain);
    const int64_t channels = shape_.in_channels, taps = shape_.kernel[0] * shape_.kernel[1];
    PackPanels(pool, depth(), shape_.out_channels, static_cast<float*>(packed),
               [=](int64_t k, int64_t column) {
                 return weights[(column * channels + k % channels) * taps + k / channels];
               });
    return absl::OkStatus();
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    auto* scratch = static_cast<float*>(args.scratch);
    const auto* given =
        shape_.has_bias ? static_cast<const float*>(args.inputs[kConvBias]) : nullptr;
    const float* bias = bias_.Get(given, scratch);
    float* strips = scratch + bias_.scratch_floats();
    args.pool->ParallelFor(row_shares_ * panel_shares_, [&](int64_t share) {
      RunShare(args, bias, strips + share * strip_floats(), share / panel_shares_,
               share % panel_shares_);
    });
    return absl::OkStatus();
  }

 private:
  int64_t depth() const { return shape_.kernel[0] * shape_.kernel[1] * shape_.in_channels; }
  // Rows and columns of the image, pads included, under so many rows and under a whole row of the
  // output.
  int64_t window_rows(int64_t rows) const {
    return (rows - 1) * shape_.strides[0] + (shape_.kernel[0] - 1) * shape_.dilations[0] + 1;
  }
  int64_t window_columns() const {
    return (shape_.out[1] - 1) * shape_.strides[1] + shape_.kernel[1];
  }
  int64_t strip_floats() const { return window_rows(strip_) * pitch_; }

  void RunShare(const KernelArgs& args, const float* bias, float* strip, int64_t row_share,
                int64_t panel_share) const {
    const int64_t end = rows_ * (row_share + 1) / row_shares_;
    for (int64_t row = rows_ * row_share / row_shares_; row < end;) {
      const int64_t image = row / shape_.out[0], y = row % shape_.out[0];
      const int64_t count = std::min({strip_, end - row, shape_.out[0] - y});
      const auto* pixels = static_cast<const float*>(args.inputs[kConvInput]) +
                           image * shape_.in_pixels() * shape_.in_channels;
      const int64_t top = y * shape_.strides[0] - shape_.pads_begin[0];
      if (copies_) {
        CopyRows(pixels, top, window_rows(count), strip);
        pixels = strip;
      } else {
        pixels += top * pitch_;
      }
      for (int64_t i = 0; i < count; ++i) {
        RunRow(args, bias, pixels + i * shape_.strides[0] * pitch_, row + i, panel_share);
      }
      row += count;
    }
  }

  // Rows of an image from `top` on, with zeros for what lies outside.
  void CopyRows(const float* pixels, int64_t top, int64_t rows, float* to) const {
    const int64_t channels = shape_.in_channels, width = shape_.in[1] * channels;
    const int64_t left = std::min(shape_.pads_begin[1] * channels, pitch_);
    const int64_t inside = std::clamp<int64_t>(pitch_ - left, 0, width);
    for (int64_t y = top; y < top + rows; ++y, to += pitch_) {
      if (y < 0 || y >= shape_.in[0] || inside == 0) {
        std::fill_n(to, pitch_, 0.0f);
        continue;
      }
      std::fill_n(to, left, 0.0f);
      std::copy_n(pixels + y * width, inside, to + left);
      std::fill(to + left + inside, to + pitch_, 0.0f);
    }
  }

  void RunRow(const KernelArgs& args, const float* bias, const float* window, int64_t row,
              int64_t panel_share) const {
    const ColumnRange columns = ShareOfColumns(shape_.out_channels, panel_share, panel_shares_);
    const int64_t pixel = row * shape_.out[1];
    GemmArgs gemm;
    gemm.a = window;
    gemm.a_stride = shape_.strides[1] * shape_.in_channels;
    gemm.pieces = shape_.kernel[0];
    gemm.piece_depth = shape_.kernel[1] * shape_.in_channels;
    gemm.piece_stride = shape_.dilations[0] * pitch_;
    gemm.SetPanels(static_cast<const float*>(args.inputs[kConvWeights]) + columns.begin * depth());
    gemm.bias = bias == nullptr ? nullptr : bias + columns.begin;
    gemm.c = static_cast<float*>(args.outputs[0]) + pixel * shape_.out_channels + columns.begin;
    gemm.c_stride = shape_.out_channels;
    gemm.rows = shape_.out[1];
    gemm.columns = columns.count;
    gemm.steps = post_ops_.Fused(args.inputs, pixel, columns.begin);
    gemm_(gemm);
    post_ops_.Apply(args.inputs, pixel, gemm.rows, columns.begin, gemm.columns, gemm.c);
  }

  const ConvShape shape_;
  const GemmFunction gemm_;
  const RowPostOps post_ops_;
  const PanelBias bias_;
  const int64_t rows_;   // of the output, of all images
  bool copies_ = false;  // whether windows pass the border
  int64_t pitch_ = 0;    // floats between rows of the image, or of its copy
  int64_t strip_ = 1;    // rows of the output that share a copy
  int64_t row_shares_ = 1, panel_shares_ = 1;
  PackedInput packed_;
};

}  // namespace

MadeKernel MakeWindowProduct(const KernelRequest& request, absl::string_view frozen) {
  const absl::StatusOr<ConvShape> shape = ConvShapeOf(request);
  if (!shape.ok()) return shape.status();
  if (shape->groups != 1 || shape->dilations[1] != 1) {
    return Refuse(request, "not in one group, or windows with gaps along a row");
  }
  absl::StatusOr<RowPostOps> post_ops = RowPostOps::Make(request);
  if (!post_ops.ok()) return post_ops.status();
  if (frozen.empty() && WindowProductKernel::operations(*shape) > kMaxOperations) {
    return Refuse(request, "so large that the library is faster");
  }
  if (absl::Status same = CheckFrozen(kName, frozen); !same.ok()) return same;
  return std::make_unique<WindowProductKernel>(*shape, request.threads, *std::move(post_ops));
}

}  // namespace kairos::onednn::own

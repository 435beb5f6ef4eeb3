// MaxPool and AveragePool of channels-last images, a row of the output or a part of it at a time.
#include <algorithm>
#include <vector>

#include "onednn/library/window.h"
#include "onednn/own/loop_nest.h"
#include "onednn/own/makers.h"
#include "onednn/own/pool_simd.h"
#include "onednn/own/taps.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainOperations = 100'000;

// One axis of the image and of the window.
struct Axis {
  int64_t in = 1, out = 1;
  int64_t kernel = 1, stride = 1, dilation = 1, pad = 0;
  int64_t padded = 1;  // `in` with the pads that the node gives

  // Elements of the image under the window there.
  PoolSpan SpanAt(int64_t position) const {
    const int64_t first = position * stride - pad;
    const Taps taps = TapsInside(first, kernel, dilation, in);
    if (taps.begin == taps.end) return {};
    return {first + taps.begin * dilation, taps.end - taps.begin};
  }
  // The same with the pads. The last windows may reach beyond them (ceil_mode).
  int64_t PaddedCountAt(int64_t position) const {
    return std::min(kernel, (padded - position * stride + dilation - 1) / dilation);
  }
};

struct PoolShape {
  int64_t images = 0, channels = 0;
  Axis height, width;
};

// `axis` counts from the first spatial dimension.
Axis AxisOf(const KernelRequest& request, const Window& window, size_t axis) {
  Axis result;
  result.in = request.inputs[0].type.shape[axis + 2];
  result.out = request.outputs[0].type.shape[axis + 2];
  result.kernel = window.kernel[axis];
  result.stride = window.strides[axis];
  result.pad = window.pads_begin[axis];
  result.padded = result.in + result.pad + window.given_pads_end[axis];
  // As good as any greater one: the next element is beyond the pads.
  result.dilation = std::min(window.dilations[axis] + 1, result.padded);
  return result;
}

class PoolKernel : public OwnKernel {
 public:
  PoolKernel(const KernelRequest& request, const PoolShape& shape)
      : OwnKernel(KernelName(request)),
        run_(request.node->op == "MaxPool" ? FindPool().max : FindPool().average),
        counts_pads_(request.node->attributes.Int("count_include_pad", 0) != 0),
        shape_(shape) {
    for (int64_t x = 0; x < shape.width.out; ++x) {
      columns_.push_back(shape.width.SpanAt(x));
      column_counts_.push_back(CountAt(shape.width, x));
    }
  }

  absl::Status Run(const KernelArgs& args, State*) const override {
    const int64_t width = shape_.width.out, rows = shape_.images * shape_.height.out;
    const int64_t pixel_operations = shape_.width.kernel * shape_.height.kernel * shape_.channels;
    const int64_t grain = std::max<int64_t>(1, kGrainOperations / pixel_operations);
    ParallelRanges(*args.pool, rows * width, grain, [&](int64_t begin, int64_t end) {
      ForPartsOfRows(width, begin, end, [&](int64_t row, int64_t x, int64_t pixels) {
        RunPixels(args, row, x, pixels);
      });
    });
    return absl::OkStatus();
  }

 private:
  // At least 1: the sum of nothing is divided, too.
  float CountAt(const Axis& axis, int64_t position) const {
    const int64_t count = counts_pads_ ? axis.PaddedCountAt(position) : axis.SpanAt(position).count;
    return static_cast<float>(std::max<int64_t>(1, count));
  }

  // So many pixels of a row of the output, from x on.
  void RunPixels(const KernelArgs& args, int64_t out_row, int64_t x, int64_t pixels) const {
    const Axis &height = shape_.height, &width = shape_.width;
    const int64_t image = out_row / height.out, y = out_row % height.out;
    const int64_t in_row = width.in * shape_.channels;
    const PoolSpan span = height.SpanAt(y);
    PoolRow row;
    row.in = static_cast<const float*>(args.inputs[0]) + (image * height.in + span.begin) * in_row;
    row.rows = span.count;
    row.row_step = std::min(height.dilation, height.in) * in_row;
    row.columns = columns_.data() + x;
    row.column_step = std::min(width.dilation, width.in) * shape_.channels;
    row.row_count = CountAt(height, y);
    row.column_counts = column_counts_.data() + x;
    row.out = static_cast<float*>(args.outputs[0]) + (out_row * width.out + x) * shape_.channels;
    row.out_width = pixels;
    row.channels = shape_.channels;
    run_(row);
  }

  void (*const run_)(const PoolRow&);
  const bool counts_pads_;
  const PoolShape shape_;
  std::vector<PoolSpan> columns_;
  std::vector<float> column_counts_;
};

absl::Status CheckImages(const KernelRequest& request) {
  if (request.outputs.size() > 1 && request.outputs[1].present) return Refuse(request, "indices");
  for (const Operand* operand : {&request.inputs[0], &request.outputs[0]}) {
    const TensorType& type = operand->type;
    const size_t rank = type.shape.size();
    if (type.dtype == DType::kFloat32 && (rank == 3 || rank == 4) && type.element_count() > 0 &&
        SameMemoryOrder(type.shape, type.layout, Layout::kChannelsLast)) {
      continue;
    }
    return Refuse(request, "no kernel for ", type.ToString(),
                  ", expected float32[N,C,H,W] or float32[N,C,W], channels last");
  }
  return absl::OkStatus();
}

}  // namespace

MadeKernel MakePool(const KernelRequest& request) {
  if (absl::Status images = CheckImages(request); !images.ok()) return images;
  const Shape& in = request.inputs[0].type.shape;
  const Window window = MakeWindow(*request.node, request.node->attributes.Ints("kernel_shape"), in,
                                   request.outputs[0].type.shape, /*transposed=*/false);
  PoolShape shape;
  shape.images = in[0];
  shape.channels = in[1];
  shape.width = AxisOf(request, window, window.axes - 1);
  if (window.axes == 2) shape.height = AxisOf(request, window, 0);
  return std::make_unique<PoolKernel>(request, shape);
}

}  // namespace kairos::onednn::own

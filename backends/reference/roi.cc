// Operators that pool over regions of interest: RoiAlign (sampled between elements) and MaxRoiPool
// (whole elements).
#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"

#include "reference/families.h"
#include "reference/sampling.h"

namespace kairos::reference {
namespace {

// Samples in a bin, beyond which a region is taken for damaged.
constexpr int64_t kMaxSamples = int64_t{1} << 24;

// One axis of a region: where it begins and how it is cut into bins and samples.
struct RoiAxis {
  double start, bin;
  int64_t samples, extent;

  double Position(int64_t bin_index, int64_t sample) const {
    return start + static_cast<double>(bin_index) * bin +
           (static_cast<double>(sample) + 0.5) * bin / static_cast<double>(samples);
  }
  // Nothing further than one element outside; what is nearer counts as the border.
  AxisTaps TapsAt(double x) const {
    AxisTaps taps;
    if (!(x >= -1 && x <= static_cast<double>(extent))) return taps;
    x = std::clamp(x, 0.0, static_cast<double>(extent - 1));
    const int64_t below = FloorToInt(x);
    const double fraction = x - static_cast<double>(below);
    taps.Add(below, 1 - fraction);
    taps.Add(std::min(below + 1, extent - 1), fraction);
    return taps;
  }
};

struct RoiAlign {
  explicit RoiAlign(const KernelRequest& request, const Args& args)
      : src(args.input_type(0).shape),
        dst(args.output_type(0).shape),
        read(ElementReader<double>(args.input_type(0).dtype)),
        scale(request.node->attributes.Float("spatial_scale", 1)),
        ratio(request.node->attributes.Int("sampling_ratio", 0)),
        half_pixel(request.node->attributes.String("coordinate_transformation_mode",
                                                   "half_pixel") == "half_pixel"),
        is_max(request.node->attributes.String("mode", "avg") == "max") {}

  // `low` and `high` as given; `axis` is 2 or 3.
  RoiAxis AxisOf(double low, double high, size_t axis) const {
    const double shift = half_pixel ? 0.5 : 0;
    double size = high * scale - low * scale;
    if (!half_pixel) size = std::max(size, 1.0);  // regions may be degenerate
    const double bin = size / static_cast<double>(dst[axis]);
    return {low * scale - shift, bin,
            ratio > 0 ? ratio : std::max<int64_t>(FloorToInt(std::ceil(bin)), 0), src[axis]};
  }

  const Shape &src, &dst;
  ReadElement<double> read;
  double scale;
  int64_t ratio;
  bool half_pixel, is_max;
};

// What one sample contributes. For the maximum it is the largest of the weighted neighbours, as in
// the operator's first implementations, which its test data comes from.
double Sample(const RoiAlign& roi, const void* plane, int64_t offset, const AxisTaps& y,
              const AxisTaps& x) {
  double sum = 0, largest = -std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < y.count; ++i) {
    for (size_t j = 0; j < x.count; ++j) {
      const double value = y.weight[i] * x.weight[j] *
                           roi.read(plane, offset + y.index[i] * roi.src[3] + x.index[j]);
      sum += value;
      largest = std::max(largest, value);
    }
  }
  if (y.count == 0 || x.count == 0) return 0;
  return roi.is_max ? largest : sum;
}

double Bin(const RoiAlign& roi, const void* src, int64_t offset, const RoiAxis& y_axis,
           const RoiAxis& x_axis, int64_t row, int64_t column) {
  double total = 0;
  bool is_first = true;
  for (int64_t i = 0; i < y_axis.samples; ++i) {
    const AxisTaps y = y_axis.TapsAt(y_axis.Position(row, i));
    for (int64_t j = 0; j < x_axis.samples; ++j) {
      const AxisTaps x = x_axis.TapsAt(x_axis.Position(column, j));
      const double value = Sample(roi, src, offset, y, x);
      total = !roi.is_max ? total + value : is_first ? value : std::max(total, value);
      is_first = false;
    }
  }
  const int64_t count = std::max<int64_t>(y_axis.samples * x_axis.samples, 1);
  return roi.is_max ? total : total / static_cast<double>(count);
}

absl::Status CheckBatchIndex(absl::string_view op, int64_t index, int64_t batch) {
  if (index >= 0 && index < batch) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(op, ": batch index is out of range, got ", index,
                                                 ", expected 0 to ", batch - 1));
}

absl::Status RunRoiAlign(const KernelRequest& request, const Args& args) {
  const RoiAlign roi(request, args);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  for (int64_t r = 0; r < roi.dst[0]; ++r) {
    const int64_t image = args.input<int64_t>(2)[r];
    absl::Status status = CheckBatchIndex("RoiAlign", image, roi.src[0]);
    if (!status.ok()) return status;
    const auto corner = [&](int64_t i) { return roi.read(args.raw_input(1), r * 4 + i); };
    const RoiAxis x = roi.AxisOf(corner(0), corner(2), 3), y = roi.AxisOf(corner(1), corner(3), 2);
    if (x.samples > kMaxSamples || y.samples > kMaxSamples / std::max<int64_t>(x.samples, 1)) {
      return absl::InvalidArgumentError(
          absl::StrCat("RoiAlign: region ", r, " is too large, got ", y.samples, " by ", x.samples,
                       " samples for an output, expected at most ", kMaxSamples));
    }
    const int64_t bins = roi.dst[2] * roi.dst[3];
    ParallelRanges(args.pool(), roi.src[1] * bins, 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        const int64_t c = i / bins, offset = (image * roi.src[1] + c) * roi.src[2] * roi.src[3];
        const bool empty = roi.src[2] * roi.src[3] == 0;
        write(args.raw_output(0), r * roi.src[1] * bins + i,
              empty ? 0
                    : Bin(roi, args.raw_input(0), offset, y, x, i % bins / roi.dst[3],
                          i % roi.dst[3]));
      }
    });
  }
  return absl::OkStatus();
}

// The elements [begin, end) of one bin of an axis; `low` and `high` are in whole elements.
struct Span {
  int64_t begin, end;
};
Span BinSpan(double low, double high, int64_t bins, int64_t bin, int64_t extent) {
  const double size = std::max(high - low + 1, 1.0) / static_cast<double>(bins);
  const auto clamp = [&](double x) { return std::clamp<int64_t>(FloorToInt(x), 0, extent); };
  return {clamp(std::floor(static_cast<double>(bin) * size) + low),
          clamp(std::ceil(static_cast<double>(bin + 1) * size) + low)};
}

absl::Status RunMaxRoiPool(const KernelRequest& request, const Args& args) {
  const Shape &src = args.input_type(0).shape, &dst = args.output_type(0).shape;
  const double scale = request.node->attributes.Float("spatial_scale", 1);
  const auto read = ElementReader<double>(args.input_type(0).dtype);
  const auto write = ElementWriter<double>(args.output_type(0).dtype);
  for (int64_t i = 0; i < ElementCount(dst); ++i) {
    const int64_t x = i % dst[3], y = i / dst[3] % dst[2], c = i / dst[3] / dst[2] % dst[1];
    const int64_t r = i / dst[3] / dst[2] / dst[1];
    const auto region = [&](int64_t k) { return read(args.raw_input(1), r * 5 + k); };
    const auto edge = [&](int64_t k) { return std::round(region(k) * scale); };
    const int64_t image = FloorToInt(region(0));
    absl::Status status = CheckBatchIndex("MaxRoiPool", image, src[0]);
    if (!status.ok()) return status;
    const Span rows = BinSpan(edge(2), edge(4), dst[2], y, src[2]);
    const Span columns = BinSpan(edge(1), edge(3), dst[3], x, src[3]);
    const bool empty = rows.end <= rows.begin || columns.end <= columns.begin;
    double largest = empty ? 0 : -std::numeric_limits<double>::infinity();
    for (int64_t h = rows.begin; h < rows.end; ++h) {
      for (int64_t w = columns.begin; w < columns.end; ++w) {
        const int64_t at = ((image * src[1] + c) * src[2] + h) * src[3] + w;
        largest = std::max(largest, read(args.raw_input(0), at));
      }
    }
    write(args.raw_output(0), i, largest);
  }
  return absl::OkStatus();
}

constexpr ReferenceOp kRows[] = {
    {.op = "MaxRoiPool", .run = RunMaxRoiPool},
    {.op = "RoiAlign", .run = RunRoiAlign},
};

}  // namespace

absl::Span<const ReferenceOp> RoiOps() { return kRows; }

}  // namespace kairos::reference

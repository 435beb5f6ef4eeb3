#include "reference/resize_axis.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"

#include "reference/rows.h"

namespace kairos::reference {
namespace {

constexpr size_t kRoi = 1, kScales = 2, kSizes = 3;

// The position of `name` in a list of names that is in the order of an enumeration; the default
// when the operator table's check has not let another one through.
template <typename Enum, size_t N>
Enum Choose(absl::string_view name, const absl::string_view (&names)[N], Enum fallback) {
  for (size_t i = 0; i < N; ++i) {
    if (names[i] == name) return static_cast<Enum>(i);
  }
  return fallback;
}

size_t CountOf(const KernelRequest& request, size_t i, const void* values) {
  return values == nullptr ? 0 : static_cast<size_t>(request.inputs[i].type.element_count());
}

// The scale that "sizes" gives to all axes when the aspect ratio is kept.
double CommonScale(bool not_larger, absl::Span<const int64_t> axes, const ResizeAxes& all,
                   const int64_t* sizes) {
  double common = not_larger ? INFINITY : 0;
  for (size_t i = 0; i < axes.size(); ++i) {
    const ResizeAxis& axis = all[static_cast<size_t>(axes[i])];
    const double scale = static_cast<double>(sizes[i]) / static_cast<double>(axis.in);
    common = not_larger ? std::min(common, scale) : std::max(common, scale);
  }
  return common;
}

Shape AxesOf(const KernelRequest& request, size_t rank) {
  Shape axes;
  for (int64_t axis : request.node->attributes.Ints("axes")) {
    axes.push_back(axis < 0 ? axis + static_cast<int64_t>(rank) : axis);
  }
  if (request.node->attributes.Has("axes")) return axes;
  for (size_t d = 0; d < rank; ++d) axes.push_back(static_cast<int64_t>(d));
  return axes;
}

// The coordinate in the input of output `out`.
template <typename F>
F InputCoordinate(Coordinates coordinates, const ResizeAxis& axis, F out) {
  const auto in = static_cast<F>(axis.in);
  const auto scale = static_cast<F>(axis.scale), width = static_cast<F>(axis.width);
  const F half_pixel = (out + F{0.5}) / scale - F{0.5};
  switch (coordinates) {
    case Coordinates::kAsymmetric:
      return out / scale;
    case Coordinates::kAlignCorners:
      return width == 1 ? 0 : out * (in - 1) / (width - 1);
    case Coordinates::kPytorchHalfPixel:
      return axis.out > 1 ? half_pixel : 0;
    case Coordinates::kHalfPixelSymmetric:
      return in / 2 * (1 - static_cast<F>(axis.out) / width) + half_pixel;
    case Coordinates::kCropAndResize: {
      const auto start = static_cast<F>(axis.start), end = static_cast<F>(axis.end);
      if (axis.out <= 1) return (start + end) * (in - 1) / 2;
      return start * (in - 1) + out * (end - start) * (in - 1) / (width - 1);
    }
    case Coordinates::kHalfPixel:
      break;
  }
  return half_pixel;
}

bool IsExtrapolated(const ResizeMode& mode, const ResizeAxis& axis, double x) {
  return mode.coordinates == Coordinates::kCropAndResize &&
         !(x >= 0 && x <= static_cast<double>(axis.in - 1));
}

// How much the filter is stretched so that it covers what an output element stands for.
double FilterScale(const ResizeMode& mode, const ResizeAxis& axis) {
  return mode.antialias ? std::min(axis.scale, 1.0) : 1.0;
}

// The filters at distance `x` from their centre. Cubic: Keys, "Cubic convolution interpolation for
// digital image processing", 1981, equation (4).
double Filter(const ResizeMode& mode, double x) {
  x = std::abs(x);
  if (mode.interpolation == Interpolation::kLinear) return std::max(0.0, 1 - x);
  const double a = mode.cubic_coefficient;
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return 0;
}

}  // namespace

ResizeMode ReadResizeMode(const Attributes& attributes) {
  ResizeMode mode;
  mode.coordinates = Choose(attributes.String("coordinate_transformation_mode", "half_pixel"),
                            {"half_pixel", "half_pixel_symmetric", "pytorch_half_pixel",
                             "align_corners", "asymmetric", "tf_crop_and_resize"},
                            mode.coordinates);
  mode.interpolation = Choose(attributes.String("mode", "nearest"), {"nearest", "linear", "cubic"},
                              mode.interpolation);
  mode.rounding =
      Choose(attributes.String("nearest_mode", "round_prefer_floor"),
             {"round_prefer_floor", "round_prefer_ceil", "floor", "ceil"}, mode.rounding);
  mode.antialias = attributes.Int("antialias", 0) != 0;
  mode.exclude_outside = attributes.Int("exclude_outside", 0) != 0;
  mode.cubic_coefficient = attributes.Float("cubic_coeff_a", -0.75f);
  return mode;
}

ResizeAxes ReadResizeAxes(const KernelRequest& request, const ResizeInputs& inputs) {
  const absl::Span<const int64_t> src = request.inputs[0].shape();
  ResizeAxes all(src.size());
  for (size_t d = 0; d < src.size(); ++d) {
    all[d].in = src[d];
    all[d].out = request.outputs[0].shape()[d];
    all[d].width = static_cast<double>(all[d].out);
  }
  const Shape axes = AxesOf(request, src.size());
  const absl::string_view policy =
      request.node->attributes.String("keep_aspect_ratio_policy", "stretch");
  const bool by_scales = CountOf(request, kScales, inputs.scales) == axes.size();
  const bool by_sizes = CountOf(request, kSizes, inputs.sizes) == axes.size();
  const bool keep_ratio = !by_scales && by_sizes && policy != "stretch";
  const auto* sizes = static_cast<const int64_t*>(inputs.sizes);
  const double common = keep_ratio ? CommonScale(policy == "not_larger", axes, all, sizes) : 1;
  const bool has_roi = CountOf(request, kRoi, inputs.roi) == 2 * axes.size();
  for (size_t i = 0; i < axes.size(); ++i) {
    ResizeAxis& axis = all[static_cast<size_t>(axes[i])];
    const auto in = static_cast<double>(axis.in);
    axis.scale = keep_ratio ? common : axis.width / in;
    if (by_scales) axis.scale = static_cast<const float*>(inputs.scales)[i];
    if (by_scales || keep_ratio) axis.width = axis.scale * in;
    if (!has_roi) continue;
    const DType dtype = request.inputs[kRoi].type.dtype;
    axis.start = ElementAt(dtype, inputs.roi, static_cast<int64_t>(i));
    axis.end = ElementAt(dtype, inputs.roi, static_cast<int64_t>(axes.size() + i));
  }
  return all;
}

absl::Status CheckFilters(const ResizeMode& mode, const ResizeAxes& axes) {
  if (!mode.antialias || mode.interpolation == Interpolation::kNearest) return absl::OkStatus();
  for (const ResizeAxis& axis : axes) {
    // A region of interest can make up for any scale, and a filter is as long as 1 / scale.
    if (axis.out == 0 || axis.scale * static_cast<double>(axis.in) >= 0.5) continue;
    return absl::UnimplementedError(absl::StrCat("Resize: no kernel for antialias with an axis of ",
                                                 axis.in, " elements scaled by ", axis.scale,
                                                 ", expected half an element at least"));
  }
  return absl::OkStatus();
}

Taps TapsAround(const ResizeMode& mode, const ResizeAxis& axis, double x) {
  const double radius = mode.interpolation == Interpolation::kLinear ? 1 : 2;
  const auto reach = static_cast<int64_t>(std::ceil(radius / FilterScale(mode, axis)));
  return {.first = static_cast<int64_t>(std::floor(x)) - reach + 1, .count = 2 * reach};
}

double Weight(const ResizeMode& mode, const ResizeAxis& axis, const Sample& sample, int64_t tap) {
  if (mode.exclude_outside && (tap < 0 || tap >= axis.in)) return 0;
  const double distance = static_cast<double>(tap) - sample.x;
  return Filter(mode, distance * FilterScale(mode, axis)) / sample.norm;
}

Sample SampleAt(const ResizeMode& mode, const ResizeAxis& axis, int64_t out) {
  Sample sample;
  sample.x = InputCoordinate<double>(mode.coordinates, axis, static_cast<double>(out));
  sample.outside = IsExtrapolated(mode, axis, sample.x);
  if (sample.outside) return sample;
  double sum = 0;
  const Taps taps = TapsAround(mode, axis, sample.x);
  for (int64_t k = 0; k < taps.count; ++k) sum += Weight(mode, axis, sample, taps.first + k);
  if (sum != 0) sample.norm = sum;
  return sample;
}

int64_t NearestTo(const ResizeMode& mode, const ResizeAxis& axis, int64_t out) {
  const auto x = InputCoordinate<float>(mode.coordinates, axis, static_cast<float>(out));
  if (IsExtrapolated(mode, axis, x)) return -1;
  float rounded = 0;
  switch (mode.rounding) {
    case Rounding::kPreferFloor:
      rounded = std::ceil(x - 0.5f);
      break;
    case Rounding::kPreferCeil:
      rounded = std::floor(x + 0.5f);
      break;
    case Rounding::kFloor:
      rounded = std::floor(x);
      break;
    case Rounding::kCeil:
      rounded = std::ceil(x);
      break;
  }
  const auto last = static_cast<float>(axis.in - 1);
  return std::min(static_cast<int64_t>(std::clamp(rounded, 0.0f, last)), axis.in - 1);
}

}  // namespace kairos::reference

// Where Resize samples its input along one axis (ONNX, "Resize": coordinate_transformation_mode,
// nearest_mode, cubic_coeff_a, antialias, exclude_outside). Interpolation is separable, so an axis
// is all there is to it.
#ifndef KAIROS_BACKENDS_REFERENCE_RESIZE_AXIS_H_
#define KAIROS_BACKENDS_REFERENCE_RESIZE_AXIS_H_

#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"

#include "kairos/kernel.h"
#include "reference/dispatch.h"

namespace kairos::reference {

enum class Coordinates : uint8_t {
  kHalfPixel,
  kHalfPixelSymmetric,
  kPytorchHalfPixel,
  kAlignCorners,
  kAsymmetric,
  kCropAndResize
};
enum class Interpolation : uint8_t { kNearest, kLinear, kCubic };
enum class Rounding : uint8_t { kPreferFloor, kPreferCeil, kFloor, kCeil };

// The attributes that all axes share.
struct ResizeMode {
  Coordinates coordinates = Coordinates::kHalfPixel;
  Interpolation interpolation = Interpolation::kNearest;
  Rounding rounding = Rounding::kPreferFloor;
  bool antialias = false, exclude_outside = false;
  double cubic_coefficient = -0.75;
};
ResizeMode ReadResizeMode(const Attributes& attributes);

struct ResizeAxis {
  int64_t in = 1, out = 1;
  double scale = 1;           // out / in, or what the model says instead
  double width = 1;           // the output's extent, not rounded to an integer
  double start = 0, end = 1;  // of the region of interest, as fractions of the input
};
using ResizeAxes = absl::InlinedVector<ResizeAxis, kMaxRank>;
// Where the values of the further inputs are; null when absent or not known yet.
struct ResizeInputs {
  const void* roi = nullptr;
  const void* scales = nullptr;
  const void* sizes = nullptr;
};
// One per dimension of input 0.
ResizeAxes ReadResizeAxes(const KernelRequest& request, const ResizeInputs& inputs);
// kUnimplemented when the filter of an axis would be out of proportion to it.
absl::Status CheckFilters(const ResizeMode& mode, const ResizeAxes& axes);

// A position of the output seen from the input.
struct Sample {
  double x = 0;          // coordinate in the input
  double norm = 1;       // what weights are divided by
  bool outside = false;  // take extrapolation_value instead
};
// With taps and weights for linear and cubic interpolation.
Sample SampleAt(const ResizeMode& mode, const ResizeAxis& axis, int64_t out);

// The elements [first, first + count) that interpolation at `x` weighs. They may lie outside the
// input, where its border element stands for them.
struct Taps {
  int64_t first = 0, count = 0;
};
Taps TapsAround(const ResizeMode& mode, const ResizeAxis& axis, double x);
double Weight(const ResizeMode& mode, const ResizeAxis& axis, const Sample& sample, int64_t tap);

// The element that nearest interpolation takes, -1 for extrapolation_value. In float, as the
// runtimes have it that models were made for: which element is nearest hangs on the last bit.
int64_t NearestTo(const ResizeMode& mode, const ResizeAxis& axis, int64_t out);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_RESIZE_AXIS_H_

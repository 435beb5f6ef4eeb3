// Values between the elements of a tensor, interpolated along any number of axes.
#ifndef KAIROS_BACKENDS_REFERENCE_SAMPLING_H_
#define KAIROS_BACKENDS_REFERENCE_SAMPLING_H_

#include <array>
#include <cmath>
#include <cstdint>

#include "absl/types/span.h"

#include "reference/element.h"

namespace kairos::reference {

// The elements of one axis that take part, with their weights.
struct AxisTaps {
  std::array<int64_t, 4> index = {};  // negative: outside, where there are zeros
  std::array<double, 4> weight = {};
  size_t count = 0;

  void Add(int64_t at, double factor) {
    index[count] = at;
    weight[count++] = factor;
  }
};

// The nearest whole number below, of a coordinate that may be anything.
inline int64_t FloorToInt(double x) {
  constexpr double kLimit = 0x1p40;  // beyond any extent
  if (std::isnan(x)) return -static_cast<int64_t>(kLimit);
  return static_cast<int64_t>(std::floor(std::fmin(std::fmax(x, -kLimit), kLimit)));
}

inline int64_t IndexOrOutside(int64_t i, int64_t extent) { return i < extent ? i : -1; }

// Two neighbours, zeros outside.
inline AxisTaps LinearTaps(double x, int64_t extent) {
  const int64_t below = FloorToInt(x);
  const double fraction = x - static_cast<double>(below);
  AxisTaps taps;
  taps.Add(IndexOrOutside(below, extent), 1 - fraction);
  taps.Add(IndexOrOutside(below + 1, extent), fraction);
  return taps;
}

// The weighted sum over all combinations of the axes' taps.
inline double Interpolate(ReadElement<double> read, const void* data, int64_t offset,
                          absl::Span<const AxisTaps> axes, absl::Span<const int64_t> strides,
                          double weight = 1) {
  if (axes.empty()) return weight * read(data, offset);
  double sum = 0;
  for (size_t i = 0; i < axes[0].count; ++i) {
    if (axes[0].index[i] < 0 || axes[0].weight[i] == 0) continue;
    sum += Interpolate(read, data, offset + axes[0].index[i] * strides[0], axes.subspan(1),
                       strides.subspan(1), weight * axes[0].weight[i]);
  }
  return sum;
}

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_SAMPLING_H_

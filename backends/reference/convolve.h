// The convolution behind Conv and ConvTranspose: tiles of some output channels times a row of
// outputs, accumulated in double, which is exact for products of 8-bit integers.
#ifndef KAIROS_BACKENDS_REFERENCE_CONVOLVE_H_
#define KAIROS_BACKENDS_REFERENCE_CONVOLVE_H_

#include <cmath>
#include <cstdint>

#include "kairos/kernel.h"
#include "kairos/thread_pool.h"
#include "reference/rows.h"
#include "reference/window.h"

namespace kairos::reference {

// How sums become the elements of a quantised output: sum * (src * weights[channel] / dst) + zero,
// in float, rounded half to even (ONNX, "QLinearConv").
struct Requantization {
  float src_scale = 1, dst_scale = 1;
  const float* weight_scales = nullptr;
  int64_t weight_scale_stride = 0;  // 0: one for all channels, or 1
  double zero = 0;

  double operator()(double sum, int64_t channel) const {
    const float scale = src_scale * weight_scales[channel * weight_scale_stride] / dst_scale;
    return static_cast<double>(std::nearbyint(static_cast<float>(sum) * scale)) + zero;
  }
};

struct Convolution {
  bool transposed = false;
  Window window;
  int64_t batch = 0, groups = 1;
  int64_t group_inputs = 0, group_outputs = 0;  // channels of one group
  SpatialStrides src, dst;
  ReadRow<double> read_src = nullptr, read_weights = nullptr, read_bias = nullptr;
  WriteRow<double> write = nullptr;
  int64_t weight_input_stride = 0,
          weight_output_stride = 0;  // the taps of a kernel lie side by side
  // Of integers only: the zero points, which are subtracted, and what is done with the sums.
  double src_zero = 0;
  const void* weight_zeros = nullptr;  // of the type of the weights; null: 0
  int64_t weight_zero_stride = 0;      // 0: one for all output channels, or 1
  const Requantization* requantization = nullptr;
};

// Weights are [M, C/group, k...], or [C, M/group, k...] when transposed.
Convolution MakeConvolution(const Node& node, const TensorType& src, const TensorType& weights,
                            const TensorType& dst, bool transposed);

// `bias` is null or has a value of `read_bias`'s type, by default the output's, per output channel.
void Convolve(const Convolution& convolution, const void* src, const void* weights,
              const void* bias, void* dst, ThreadPool& pool);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_CONVOLVE_H_

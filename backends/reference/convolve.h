// The convolution behind Conv and ConvTranspose: tiles of some output channels times a row of
// outputs, accumulated in double.
#ifndef KAIROS_BACKENDS_REFERENCE_CONVOLVE_H_
#define KAIROS_BACKENDS_REFERENCE_CONVOLVE_H_

#include <cstdint>

#include "kairos/kernel.h"
#include "kairos/thread_pool.h"
#include "reference/rows.h"
#include "reference/window.h"

namespace kairos::reference {

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
};

// Weights are [M, C/group, k...], or [C, M/group, k...] when transposed.
Convolution MakeConvolution(const Node& node, const TensorType& src, const TensorType& weights,
                            const TensorType& dst, bool transposed);

// `bias` is null or has a value of the output's type per output channel.
void Convolve(const Convolution& convolution, const void* src, const void* weights,
              const void* bias, void* dst, ThreadPool& pool);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_CONVOLVE_H_

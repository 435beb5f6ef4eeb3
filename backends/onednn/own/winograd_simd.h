// The transforms of Winograd's minimal filtering F(m x m, 3 x 3) for channels-last activations:
// A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015. A tile of m x m
// outputs is A^T [ (G g G^T) . (B^T d B) ] A, with d the (m + 2) x (m + 2) inputs under it. Each
// transform works on all channels of one tile.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_WINOGRAD_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_WINOGRAD_SIMD_H_

#include <cstdint>

#include "onednn/own/fused_steps.h"

namespace kairos::onednn::own {

inline constexpr int kMaxWinogradInput = 6;  // m + 2 for m = 4

struct WinogradInput {
  // The channels of each input pixel under the tile, row by row; pixels outside the image point to
  // zeros.
  const float* const* pixels = nullptr;
  int64_t channels = 0;
  // Position p of the transformed tile goes to dst + p * position_stride; rows may be written up
  // to the next multiple of 16 channels.
  float* dst = nullptr;
  int64_t position_stride = 0;
};

struct WinogradOutput {
  const float* src = nullptr;  // as WinogradInput::dst, now of the output's channels
  int64_t position_stride = 0;
  const float* bias = nullptr;  // of the channels; null: zeros
  int64_t channels = 0;
  // Where the channels of each output pixel go, row by row; null: outside the image.
  float* const* pixels = nullptr;
  const float* out = nullptr;  // where the results that `steps` begins with are
  FusedSteps steps;
};

struct WinogradFunctions {
  void (*transform_input)(const WinogradInput& tile) = nullptr;
  void (*transform_output)(const WinogradOutput& tile) = nullptr;
};
// For m of 2 or 4.
WinogradFunctions FindWinograd(int outputs);

// G g G^T for one 3 x 3 filter: (m + 2)^2 values, row by row. In double precision, as it is done
// once.
void TransformWinogradFilter(int outputs, const float* filter, float* transformed);

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_WINOGRAD_SIMD_H_

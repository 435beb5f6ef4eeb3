// The post-ops of a node that makes a channels-last image, applied by its kernel to runs of pixels
// while they are still in the first-level cache.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_PIXEL_POST_OPS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_PIXEL_POST_OPS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "onednn/own/gemm_simd.h"
#include "onednn/own/own_kernel.h"
#include "onednn/own/tile.h"

namespace kairos::onednn::own {

class PixelPostOps {
 public:
  // For output 0, [N, C, H, W] of float32 in channels-last layout. kUnimplemented: a post-op that
  // there is no function for, or an operand whose channels are not next to each other.
  static absl::StatusOr<PixelPostOps> Make(const KernelRequest& request);

  // What the first post-op does when it only bounds the values (Relu, Clip); it is then left out
  // of Apply(), and the kernel keeps its results within the bounds.
  const Bounds& bounds() const { return bounds_; }

  bool empty() const { return steps_.empty(); }
  // In place on `count` pixels from `first` on, counted over N, H and W, and on all of their
  // channels or on `channels` from `begin` on. `data` is the first value; `inputs` are
  // KernelArgs::inputs.
  void Apply(const void* const* inputs, int64_t first, int64_t count, float* data) const {
    Apply(inputs, first, count, 0, channels_, data);
  }
  void Apply(const void* const* inputs, int64_t first, int64_t count, int64_t begin,
             int64_t channels, float* data) const;

 private:
  struct Step {
    TileFunction run = nullptr;
    std::array<float, 4> params = {};
    int operand = -1;  // index into KernelArgs::inputs; -1: none
    bool operand_first = false;
    bool dense = false;   // lies like the output
    bool scalar = false;  // one element for all channels of a pixel
    int64_t image_stride = 0, row_stride = 0, pixel_stride = 0;

    bool any_pixel() const { return dense || (image_stride | row_stride | pixel_stride) == 0; }
  };
  void ApplyStep(const Step& step, const void* const* inputs, int64_t pixel, int64_t begin,
                 int64_t values, float* data) const;

  Bounds bounds_;
  std::vector<Step> steps_;
  int64_t channels_ = 0, height_ = 1, width_ = 1;
};

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_PIXEL_POST_OPS_H_

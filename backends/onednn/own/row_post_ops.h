// The post-ops of a node, in two parts: the first few, which its kernel applies while its results
// are in registers, and the rest, applied to the rows it has just written while they are in the
// first-level cache. A row is what lies along the dimension that is innermost in memory: the
// channels of a pixel, the columns of a matrix.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_ROW_POST_OPS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_ROW_POST_OPS_H_

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "onednn/own/fused_steps.h"
#include "onednn/own/own_kernel.h"
#include "onednn/own/tile.h"

namespace kairos::onednn::own {

class RowPostOps {
 public:
  // For output 0, of float32 and rank 1 at least. `skip` post-ops are the kernel's own affair.
  // kUnimplemented: a post-op that there is no function for, or an operand that is not contiguous
  // along the rows.
  static absl::StatusOr<RowPostOps> Make(const KernelRequest& request, size_t skip = 0);

  // The first part, for results from value `begin` of row `first` on.
  FusedSteps Fused(const void* const* inputs, int64_t first, int64_t begin = 0) const;

  // Whether there is no second part.
  bool empty() const { return steps_.empty(); }
  // In place on rows [first, first + count), on all of their values or on `values` from `begin`
  // on. `data` is the first of these; `inputs` are KernelArgs::inputs.
  void Apply(const void* const* inputs, int64_t first, int64_t count, float* data) const {
    Apply(inputs, first, count, 0, row_, data);
  }
  void Apply(const void* const* inputs, int64_t first, int64_t count, int64_t begin, int64_t values,
             float* data) const;

 private:
  struct Step {
    TileFunction run = nullptr;
    std::array<float, 4> params = {};
    int operand = -1;  // index into KernelArgs::inputs; -1: none
    bool operand_first = false;
    bool dense = false;       // lies like the output
    bool scalar = false;      // one element for all values of a row
    bool one_scalar = false;  // one element for all
    Shape strides;        // of the operand, along the dimensions of the rows
  };
  // Which of FusedSteps were taken last: later post-ops can only be later steps.
  enum class Stage : uint8_t { kNone, kHardSwish, kScale, kShift, kAddend, kBounds };
  // Makes the post-op part of the first part, if it can be.
  bool Fuse(const PostOp& post_op, const Step& step);
  bool Reach(Stage stage);
  int64_t OffsetAt(const Step& step, int64_t row) const;
  void ApplyStep(const Step& step, const void* const* inputs, int64_t row, int64_t begin,
                 int64_t values, float* data) const;

  FusedSteps fused_;  // without what comes from operands
  Stage stage_ = Stage::kNone;
  int scale_ = -1, shift_ = -1, addend_ = -1;  // indices into KernelArgs::inputs; -1: none
  std::vector<Step> steps_;
  int64_t row_ = 0;  // values in a row
  Shape rows_;       // dimensions that the rows run over, outermost first
};

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_ROW_POST_OPS_H_

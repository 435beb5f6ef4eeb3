// Copies a block of elements from one set of strides to another. Transpose, layout changes, slices,
// broadcasts, tiles, concatenations and paddings are all made of these.
//
// Rows that are contiguous on both sides go by memcpy, a dimension contiguous on one side only by
// blocked 2-D transposes, broadcasts by fills, the rest element by element.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_STRIDED_COPY_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_STRIDED_COPY_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"
#include "kairos/thread_pool.h"
#include "onednn/own/loop_nest.h"

namespace kairos::onednn::own {

class StridedCopy {
 public:
  // Strides in elements of `element_bytes` (1, 2, 4 or 8). Those of src may be 0 or negative;
  // those of dst must be positive and visit every element once.
  StridedCopy(absl::Span<const int64_t> dims, absl::Span<const int64_t> src_strides,
              absl::Span<const int64_t> dst_strides, size_t element_bytes);

  // `src` and `dst` are the elements at index zero of every dimension.
  void Run(const void* src, void* dst, ThreadPool& pool) const;

 private:
  enum class Kind { kRows, kFill, kTranspose, kStrided };

  void PickKind();
  void RunRows(const char* src, char* dst, ThreadPool& pool) const;
  void RunTransposes(const char* src, char* dst, ThreadPool& pool) const;
  template <typename T>
  void RunElements(const T* src, T* dst, ThreadPool& pool) const;

  LoopNest nest_;  // operand 0 is src, operand 1 dst; the dimensions of one item are split off
  size_t element_bytes_;
  int64_t count_;  // elements
  Kind kind_ = Kind::kStrided;
  // kRows: bytes of one row. kFill, kStrided: the inner loop.
  int64_t row_bytes_ = 0;
  int64_t inner_ = 1, inner_src_ = 0, inner_dst_ = 1;
  // kTranspose: `tall_` is contiguous in src, inner_ in dst.
  int64_t tall_ = 1, tall_dst_ = 0;
};

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_STRIDED_COPY_H_

// Copies with a table per dimension that says where each step of the output reads: paddings that
// repeat the input, nearest-neighbour resampling.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_MAPPED_COPY_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_MAPPED_COPY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kairos/thread_pool.h"

namespace kairos::onednn::own {

// Dimensions with longer tables are not worth it.
inline constexpr int64_t kMaxMapped = 1 << 20;

class MappedCopy {
 public:
  // maps[d][i]: offset in elements that step i of dimension d adds in the input; dimensions in the
  // order of the output's memory, outermost first, at least one. All offsets must be valid.
  MappedCopy(std::vector<std::vector<int64_t>> maps, size_t element_bytes);

  void Run(const void* src, void* dst, ThreadPool& pool) const;

 private:
  template <typename T>
  void Copy(const T* src, T* dst, ThreadPool& pool) const;
  // What the dimensions before the last two add, at a step of all of them.
  int64_t OffsetOfOuter(int64_t index) const;

  std::vector<std::vector<int64_t>> maps_;  // two or more
  size_t element_bytes_;
  int64_t rows_ = 1;        // steps of all dimensions but the last
  bool contiguous_ = true;  // the last dimension reads one element after the other
};

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_MAPPED_COPY_H_

// What kernels over packed weights (gemm_simd.h) share.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_PANELS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_PANELS_H_

#include <algorithm>
#include <cstdint>

#include "kairos/thread_pool.h"
#include "onednn/own/gemm_simd.h"

namespace kairos::onednn::own {

// Packs a matrix whose element [k][column] is at(k, column).
template <typename At>
void PackPanels(ThreadPool& pool, int64_t depth, int64_t columns, float* panels, const At& at) {
  ParallelRanges(pool, PanelCount(columns), 1, [&](int64_t begin, int64_t end) {
    for (int64_t panel = begin; panel < end; ++panel) {
      float* to = panels + panel * depth * kPanelColumns;
      const int64_t first = panel * kPanelColumns;
      const int64_t count = std::min(kPanelColumns, columns - first);
      for (int64_t k = 0; k < depth; ++k) {
        for (int64_t j = 0; j < kPanelColumns; ++j) *to++ = j < count ? at(k, first + j) : 0.0f;
      }
    }
  });
}

// Columns [begin, begin + count) of a matrix; `begin` is that of a panel.
struct ColumnRange {
  int64_t begin, count;
};
// Share `index` of `shares`, of at least one panel where there are so many.
inline ColumnRange ShareOfColumns(int64_t columns, int64_t index, int64_t shares) {
  const int64_t panels = PanelCount(columns);
  const int64_t begin = panels * index / shares * kPanelColumns;
  const int64_t end = panels * (index + 1) / shares * kPanelColumns;
  return {begin, std::min(end, columns) - begin};
}

// A bias of `columns` floats that may be null, as GemmArgs wants it.
class PanelBias {
 public:
  PanelBias(bool present, int64_t columns)
      : columns_(columns), padded_(present && columns % kPanelColumns != 0) {}

  // Floats of scratch memory that Get() fills.
  int64_t scratch_floats() const { return padded_ ? PaddedColumns(columns_) : 0; }

  const float* Get(const float* bias, float* scratch) const {
    if (!padded_) return bias;
    std::fill_n(std::copy_n(bias, columns_, scratch), scratch_floats() - columns_, 0.0f);
    return scratch;
  }

 private:
  int64_t columns_;
  bool padded_;
};

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_PANELS_H_

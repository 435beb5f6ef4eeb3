// Matrix products, the arithmetic under our own convolutions: C = A * B with A and C row-major. B
// is read in panels of kPanelColumns columns, in which the columns lie together:
//
//   B[k][column] = b[column / 16 * panel_stride + k * k_stride + column % 16]
//
// Packed panels lie one after the other, with zeros in the missing columns of the last one; this
// form is the same on every machine. Of a row-major B, 16 columns are a panel as they are; what
// lies where columns of the last panel are missing is read, and not used.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_GEMM_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_GEMM_SIMD_H_

#include <cstdint>

#include "onednn/own/fused_steps.h"

namespace kairos::onednn::own {

inline constexpr int64_t kPanelColumns = 16;

inline constexpr int64_t PanelCount(int64_t columns) {
  return (columns + kPanelColumns - 1) / kPanelColumns;
}
// Columns rounded up to whole panels.
inline constexpr int64_t PaddedColumns(int64_t columns) {
  return PanelCount(columns) * kPanelColumns;
}

// Below this many multiplications a second thread costs more than it saves.
inline constexpr int64_t kSerialOperations = 200'000;

struct GemmArgs {
  // A row of A is `pieces` times `piece_depth` floats, at a distance of piece_stride.
  const float* a = nullptr;
  int64_t a_stride = 0;  // floats between rows
  int64_t pieces = 1, piece_depth = 0, piece_stride = 0;
  const float* b = nullptr;
  int64_t k_stride = 0, panel_stride = 0;  // floats
  const float* bias = nullptr;  // PaddedColumns(columns) floats, added to each row; null: zeros
  float* c = nullptr;
  int64_t c_stride = 0;
  int64_t rows = 0, columns = 0;
  FusedSteps steps;

  int64_t depth() const { return pieces * piece_depth; }
  // B, packed. After the fields of A.
  void SetPanels(const float* panels) {
    b = panels;
    k_stride = kPanelColumns;
    panel_stride = depth() * kPanelColumns;
  }
};

// Each element of C is summed over k in order, in blocks of a size that depends on nothing but the
// pieces of A: its bits do not depend on how rows and panels are shared out.
using GemmFunction = void (*)(const GemmArgs& args);
GemmFunction FindGemm();
// Rows that FindGemm() works on at once where there are so many.
int64_t GemmTileRows();

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_GEMM_SIMD_H_

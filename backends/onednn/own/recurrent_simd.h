// The arithmetic of LSTM and GRU: products of a few rows with a packed matrix, and the gates. All
// widths are multiples of kPanel; what lies beyond the hidden size is computed and ignored.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_RECURRENT_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_RECURRENT_SIMD_H_

#include <cstdint>

namespace kairos::onednn::own {

// Columns that lie side by side in a packed matrix: [columns / kPanel, depth, kPanel].
inline constexpr int64_t kPanel = 32;
// Rows that share one pass over the matrix.
inline constexpr int64_t kBlockRows = 4;

struct RecurrentFunctions {
  // out[r][n] = start[r][n] + sum over k of in[r][k] * matrix[k][n], for `rows` rows, at most
  // kBlockRows. start[r] may be out[r], or null for zeros.
  void (*product)(const float* const* in, const float* const* start, float* const* out,
                  int64_t rows, int64_t depth, const float* matrix, int64_t columns) = nullptr;
  // `gates` are i, o, f, c before their functions, `width` each.
  void (*lstm)(const float* gates, int64_t width, float* c, float* h) = nullptr;
  // `gates` are z, r, h. The first two get their functions, and reset = r * h.
  void (*gru_reset)(float* gates, int64_t width, const float* h, float* reset) = nullptr;
  // h = (1 - z) * tanh(gate h) + z * h.
  void (*gru)(const float* gates, int64_t width, float* h) = nullptr;
  // The same with `recurrent`, the state's part of the gates, still apart: r meets it in gate h.
  void (*gru_linear)(float* gates, const float* recurrent, int64_t width, float* h) = nullptr;
};
RecurrentFunctions FindRecurrentFunctions();

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_RECURRENT_SIMD_H_

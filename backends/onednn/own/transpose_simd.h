// The 2-D transpose that everything which turns rows into columns ends in.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_TRANSPOSE_SIMD_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_TRANSPOSE_SIMD_H_

#include <cstddef>
#include <cstdint>

namespace kairos::onednn::own {

// dst[c * dst_stride + r] = src[r * src_stride + c] for r in [0, rows), c in [0, columns); strides
// in elements of `element_bytes` (1, 2, 4 or 8).
void Transpose2d(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows,
                 int64_t columns, size_t element_bytes);

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_TRANSPOSE_SIMD_H_

#include "onednn/own/transpose_simd.h"

#include "onednn/own/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "onednn/own/transpose_simd.cc"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kairos::onednn::own {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <typename T>
void TransposePlain(const T* src, int64_t src_stride, T* dst, int64_t dst_stride, int64_t rows,
                    int64_t columns) {
  for (int64_t c = 0; c < columns; ++c) {
    for (int64_t r = 0; r < rows; ++r) dst[c * dst_stride + r] = src[r * src_stride + c];
  }
}

#if HWY_TARGET != HWY_SCALAR
using Block = hn::FixedTag<uint32_t, 4>;

// A 4 x 4 block: pairs of words first, then pairs of pairs.
HWY_INLINE void Transpose4x4(const uint32_t* src, int64_t src_stride, uint32_t* dst,
                             int64_t dst_stride) {
  const Block d;
  const hn::FixedTag<uint64_t, 2> d64;
  const auto a = hn::LoadU(d, src);
  const auto b = hn::LoadU(d, src + src_stride);
  const auto c = hn::LoadU(d, src + 2 * src_stride);
  const auto e = hn::LoadU(d, src + 3 * src_stride);
  const auto ab_low = hn::BitCast(d64, hn::InterleaveLower(d, a, b));
  const auto ab_high = hn::BitCast(d64, hn::InterleaveUpper(d, a, b));
  const auto ce_low = hn::BitCast(d64, hn::InterleaveLower(d, c, e));
  const auto ce_high = hn::BitCast(d64, hn::InterleaveUpper(d, c, e));
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, ab_low, ce_low)), d, dst);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, ab_low, ce_low)), d, dst + dst_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveLower(d64, ab_high, ce_high)), d, dst + 2 * dst_stride);
  hn::StoreU(hn::BitCast(d, hn::InterleaveUpper(d64, ab_high, ce_high)), d, dst + 3 * dst_stride);
}
#endif

// Eight columns at a time: with strides that are powers of two all lines of one block of dst fall
// into the same set of the first-level cache, which has about that many ways.
void TransposeWords(const uint32_t* src, int64_t src_stride, uint32_t* dst, int64_t dst_stride,
                    int64_t rows, int64_t columns) {
  int64_t blocked_rows = 0;
  int64_t blocked_columns = 0;
#if HWY_TARGET != HWY_SCALAR
  blocked_rows = rows / 4 * 4;
  blocked_columns = columns / 4 * 4;
  for (int64_t c = 0; c < blocked_columns; c += 8) {
    for (int64_t r = 0; r < blocked_rows; r += 4) {
      const uint32_t* from = src + r * src_stride + c;
      uint32_t* to = dst + c * dst_stride + r;
      Transpose4x4(from, src_stride, to, dst_stride);
      if (c + 8 <= columns) Transpose4x4(from + 4, src_stride, to + 4 * dst_stride, dst_stride);
    }
  }
#endif
  TransposePlain(src + blocked_columns, src_stride, dst + blocked_columns * dst_stride, dst_stride,
                 blocked_rows, columns - blocked_columns);
  TransposePlain(src + blocked_rows * src_stride, src_stride, dst + blocked_rows, dst_stride,
                 rows - blocked_rows, columns);
}

}  // namespace HWY_NAMESPACE
}  // namespace kairos::onednn::own
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kairos::onednn::own {
namespace {

HWY_EXPORT(TransposeWords);

// Small enough for the lines of one block of src to stay in the first-level cache.
template <typename T>
void TransposeBlocks(const void* src, int64_t src_stride, void* dst, int64_t dst_stride,
                     int64_t rows, int64_t columns) {
  constexpr int64_t kBlock = 16;
  const T* from = static_cast<const T*>(src);
  T* to = static_cast<T*>(dst);
  for (int64_t r = 0; r < rows; r += kBlock) {
    const int64_t end = r + kBlock < rows ? r + kBlock : rows;
    for (int64_t c = 0; c < columns; ++c) {
      for (int64_t i = r; i < end; ++i) to[c * dst_stride + i] = from[i * src_stride + c];
    }
  }
}

}  // namespace

void Transpose2d(const void* src, int64_t src_stride, void* dst, int64_t dst_stride, int64_t rows,
                 int64_t columns, size_t element_bytes) {
  switch (element_bytes) {
    case 1: return TransposeBlocks<uint8_t>(src, src_stride, dst, dst_stride, rows, columns);
    case 2: return TransposeBlocks<uint16_t>(src, src_stride, dst, dst_stride, rows, columns);
    case 4:
      return HWY_DYNAMIC_DISPATCH(TransposeWords)(static_cast<const uint32_t*>(src), src_stride,
                                                  static_cast<uint32_t*>(dst), dst_stride, rows,
                                                  columns);
    default: return TransposeBlocks<uint64_t>(src, src_stride, dst, dst_stride, rows, columns);
  }
}

}  // namespace kairos::onednn::own
#endif  // HWY_ONCE

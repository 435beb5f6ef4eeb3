#include "onednn/own/strided_copy.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "onednn/own/transpose_simd.h"

namespace kairos::onednn::own {
namespace {

constexpr int64_t kGrainBytes = 32 * 1024;
constexpr int64_t kRowChunkBytes = 256 * 1024;
constexpr int64_t kTallBlock = 64;
constexpr int64_t kInnerBlock = 64;

int64_t CeilDiv(int64_t a, int64_t b) { return (a + b - 1) / b; }

int64_t Grain(int64_t item_bytes) {
  return std::max<int64_t>(1, kGrainBytes / std::max<int64_t>(1, item_bytes));
}

// Calls body(src offset, dst offset, run length) for the items [begin, end) of `nest`, once for
// each stretch along its last dimension.
template <typename Body>
void ForStretches(const LoopNest& nest, int64_t begin, int64_t end, const Body& body) {
  const size_t last = nest.dims.size() - 1;
  ForPartsOfRows(nest.dims[last], begin, end, [&](int64_t row, int64_t first, int64_t count) {
    int64_t offsets[2];
    OffsetsAt(nest, last, row, offsets);
    body(offsets[0] + first * nest.strides[0][last], offsets[1] + first * nest.strides[1][last],
         count);
  });
}

void SplitOff(LoopNest* nest, size_t dim) {
  nest->dims.erase(nest->dims.begin() + static_cast<ptrdiff_t>(dim));
  for (Shape& strides : nest->strides) strides.erase(strides.begin() + static_cast<ptrdiff_t>(dim));
}

}  // namespace

StridedCopy::StridedCopy(absl::Span<const int64_t> dims, absl::Span<const int64_t> src_strides,
                         absl::Span<const int64_t> dst_strides, size_t element_bytes)
    : element_bytes_(element_bytes), count_(ElementCount(dims)) {
  // The outermost loop has the largest step in dst, so that dst is written in order.
  Shape order(dims.size(), 0);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return dst_strides[static_cast<size_t>(a)] > dst_strides[static_cast<size_t>(b)];
  });
  LoopNest nest;
  nest.dims = Permuted(dims, order);
  nest.strides.push_back(Permuted(src_strides, order));
  nest.strides.push_back(Permuted(dst_strides, order));
  nest_ = Collapse(nest);
  PickKind();
}

void StridedCopy::PickKind() {
  const size_t last = nest_.dims.size() - 1;
  inner_ = nest_.dims[last];
  inner_src_ = nest_.strides[0][last];
  inner_dst_ = nest_.strides[1][last];
  if (inner_src_ == 1 && inner_dst_ == 1) {
    kind_ = Kind::kRows;
    row_bytes_ = inner_ * static_cast<int64_t>(element_bytes_);
  } else if (inner_src_ == 0 && inner_dst_ == 1) {
    kind_ = Kind::kFill;
  } else if (inner_dst_ == 1 && inner_src_ > 0) {
    for (size_t i = 0; i < last; ++i) {
      if (nest_.strides[0][i] != 1) continue;
      kind_ = Kind::kTranspose;
      tall_ = nest_.dims[i];
      tall_dst_ = nest_.strides[1][i];
      SplitOff(&nest_, last);
      SplitOff(&nest_, i);
      nest_ = Collapse(nest_);
      return;
    }
  }
  SplitOff(&nest_, last);
  nest_ = Collapse(nest_);
}

void StridedCopy::Run(const void* src, void* dst, ThreadPool& pool) const {
  if (count_ == 0) return;
  const char* from = static_cast<const char*>(src);
  char* to = static_cast<char*>(dst);
  if (kind_ == Kind::kRows) return RunRows(from, to, pool);
  if (kind_ == Kind::kTranspose) return RunTransposes(from, to, pool);
  switch (element_bytes_) {
    case 1:
      return RunElements(reinterpret_cast<const uint8_t*>(from), reinterpret_cast<uint8_t*>(to),
                         pool);
    case 2:
      return RunElements(reinterpret_cast<const uint16_t*>(from), reinterpret_cast<uint16_t*>(to),
                         pool);
    case 4:
      return RunElements(reinterpret_cast<const uint32_t*>(from), reinterpret_cast<uint32_t*>(to),
                         pool);
    default:
      return RunElements(reinterpret_cast<const uint64_t*>(from), reinterpret_cast<uint64_t*>(to),
                         pool);
  }
}

void StridedCopy::RunRows(const char* src, char* dst, ThreadPool& pool) const {
  const auto bytes = static_cast<int64_t>(element_bytes_);
  const size_t last = nest_.dims.size() - 1;
  if (nest_.element_count() < pool.thread_count() && row_bytes_ > kRowChunkBytes) {
    for (int64_t row = 0; row < nest_.element_count(); ++row) {
      int64_t offsets[2];
      OffsetsAt(nest_, nest_.dims.size(), row, offsets);
      ParallelRanges(pool, row_bytes_, kRowChunkBytes, [&](int64_t begin, int64_t end) {
        std::memcpy(dst + offsets[1] * bytes + begin, src + offsets[0] * bytes + begin,
                    static_cast<size_t>(end - begin));
      });
    }
    return;
  }
  const int64_t src_step = nest_.strides[0][last] * bytes;
  const int64_t dst_step = nest_.strides[1][last] * bytes;
  ParallelRanges(pool, nest_.element_count(), Grain(row_bytes_), [&](int64_t begin, int64_t end) {
    ForStretches(nest_, begin, end, [&](int64_t src_offset, int64_t dst_offset, int64_t run) {
      const char* from = src + src_offset * bytes;
      char* to = dst + dst_offset * bytes;
      for (int64_t i = 0; i < run; ++i, from += src_step, to += dst_step) {
        std::memcpy(to, from, static_cast<size_t>(row_bytes_));
      }
    });
  });
}

void StridedCopy::RunTransposes(const char* src, char* dst, ThreadPool& pool) const {
  const auto bytes = static_cast<int64_t>(element_bytes_);
  const int64_t tall_blocks = CeilDiv(tall_, kTallBlock);
  const int64_t inner_blocks = CeilDiv(inner_, kInnerBlock);
  const int64_t blocks = tall_blocks * inner_blocks;
  const int64_t item_bytes = std::min(tall_, kTallBlock) * std::min(inner_, kInnerBlock) * bytes;
  ParallelRanges(pool, nest_.element_count() * blocks, Grain(item_bytes),
                 [&](int64_t begin, int64_t end) {
                   for (int64_t item = begin; item < end; ++item) {
                     int64_t offsets[2];
                     OffsetsAt(nest_, nest_.dims.size(), item / blocks, offsets);
                     const int64_t tall = item % blocks / inner_blocks * kTallBlock;
                     const int64_t inner = item % inner_blocks * kInnerBlock;
                     Transpose2d(src + (offsets[0] + tall + inner * inner_src_) * bytes, inner_src_,
                                 dst + (offsets[1] + tall * tall_dst_ + inner) * bytes, tall_dst_,
                                 std::min(inner_ - inner, kInnerBlock),
                                 std::min(tall_ - tall, kTallBlock), element_bytes_);
                   }
                 });
}

template <typename T>
void StridedCopy::RunElements(const T* src, T* dst, ThreadPool& pool) const {
  const size_t last = nest_.dims.size() - 1;
  const int64_t src_step = nest_.strides[0][last];
  const int64_t dst_step = nest_.strides[1][last];
  const int64_t inner_bytes = inner_ * static_cast<int64_t>(sizeof(T));
  ParallelRanges(pool, nest_.element_count(), Grain(inner_bytes), [&](int64_t begin, int64_t end) {
    ForStretches(nest_, begin, end, [&](int64_t src_offset, int64_t dst_offset, int64_t run) {
      const T* from = src + src_offset;
      T* to = dst + dst_offset;
      for (int64_t i = 0; i < run; ++i, from += src_step, to += dst_step) {
        if (kind_ == Kind::kFill) {
          std::fill_n(to, inner_, *from);
        } else {
          for (int64_t j = 0; j < inner_; ++j) to[j * inner_dst_] = from[j * inner_src_];
        }
      }
    });
  });
}

}  // namespace kairos::onednn::own

// Loops over tensors of any rank and layout. A tensor is a pointer, a shape and strides in elements
// (DenseStrides for either layout, or the broadcasting strides below); loops run over rows, which
// are the innermost dimension after neighbouring dimensions have been merged where they lie
// regularly for all tensors concerned.
#ifndef KAIROS_BACKENDS_REFERENCE_STRIDED_H_
#define KAIROS_BACKENDS_REFERENCE_STRIDED_H_

#include <array>
#include <cstdint>

#include "absl/types/span.h"

#include "kairos/tensor.h"

namespace kairos::reference {

inline Shape StridesOfType(const TensorType& type) { return DenseStrides(type.shape, type.layout); }

// Strides by which `type` is read as a tensor of `shape`: aligned at the last dimension as numpy
// does, 0 where its dimension is 1 or missing. `type` must be broadcastable to `shape`.
Shape BroadcastStrides(const TensorType& type, absl::Span<const int64_t> shape);
// Whether it is: each of its dimensions is 1 or that of `shape`.
bool IsBroadcastable(absl::Span<const int64_t> from, absl::Span<const int64_t> shape);

// Loops may see a dimension as two.
inline constexpr size_t kMaxLoopRank = 2 * kMaxRank;

// Elements offset[t] + i * stride[t] of tensor t, i < count.
template <size_t N>
struct Row {
  std::array<int64_t, N> offset;
  std::array<int64_t, N> stride;
  int64_t count;
};

// Calls body(const Row<N>&) for each row of `shape` (rank kMaxLoopRank at most), in row-major order
// of the logical indices.
template <size_t N, typename Body>
void ForEachRow(absl::Span<const int64_t> shape, const std::array<Shape, N>& strides, Body&& body) {
  for (int64_t dim : shape) {
    if (dim == 0) return;
  }
  // The dimensions that are left after merging, outermost first.
  std::array<int64_t, kMaxLoopRank> dims;
  std::array<std::array<int64_t, N>, kMaxLoopRank> steps;
  size_t rank = 0;
  for (size_t d = 0; d < shape.size(); ++d) {
    if (shape[d] == 1) continue;
    bool merge = rank > 0;
    for (size_t t = 0; t < N && merge; ++t) merge = steps[rank - 1][t] == strides[t][d] * shape[d];
    if (!merge) dims[rank++] = 1;
    dims[rank - 1] *= shape[d];
    for (size_t t = 0; t < N; ++t) steps[rank - 1][t] = strides[t][d];
  }
  Row<N> row;
  row.offset.fill(0);
  row.stride.fill(0);
  row.count = 1;
  if (rank == 0) return body(static_cast<const Row<N>&>(row));
  --rank;
  row.count = dims[rank];
  row.stride = steps[rank];
  std::array<int64_t, kMaxLoopRank> index{};
  while (true) {
    body(static_cast<const Row<N>&>(row));
    size_t d = rank;
    for (; d > 0; --d) {
      for (size_t t = 0; t < N; ++t) row.offset[t] += steps[d - 1][t];
      if (++index[d - 1] < dims[d - 1]) break;
      for (size_t t = 0; t < N; ++t) row.offset[t] -= steps[d - 1][t] * dims[d - 1];
      index[d - 1] = 0;
    }
    if (d == 0) return;
  }
}

// dst[i] = src[i] over `shape`; either side may be strided.
template <typename T>
void CopyStrided(absl::Span<const int64_t> shape, const T* src, const Shape& src_strides, T* dst,
                 const Shape& dst_strides) {
  ForEachRow<2>(shape, {src_strides, dst_strides}, [&](const Row<2>& row) {
    const T* from = src + row.offset[0];
    T* to = dst + row.offset[1];
    for (int64_t i = 0; i < row.count; ++i) to[i * row.stride[1]] = from[i * row.stride[0]];
  });
}

// Steps `index` to the next one of `shape` in row-major order; false when it was the last.
bool NextIndex(absl::Span<const int64_t> shape, Shape* index);

// A tensor seen around one axis: [outer, extent, inner], plain layout.
struct AxisView {
  int64_t outer = 1, extent = 1, inner = 1;
};
AxisView ViewAround(absl::Span<const int64_t> shape, int64_t axis);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_STRIDED_H_

// A nest of loops over several operands at once, brought to its shortest form: dimensions of size
// one are dropped and neighbours that every operand walks without a gap become one.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_LOOP_NEST_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_LOOP_NEST_H_

#include <algorithm>
#include <cstdint>

#include "absl/container/inlined_vector.h"
#include "absl/types/span.h"

#include "kairos/tensor.h"

namespace kairos::onednn::own {

struct LoopNest {
  Shape dims;                             // outermost first, at least one
  absl::InlinedVector<Shape, 4> strides;  // [operand][dim], in elements

  int64_t element_count() const { return ElementCount(dims); }
};

// Drops and merges as said above; the order of the dimensions stays.
LoopNest Collapse(const LoopNest& nest);

// Logical dimensions in the order in which `layout` puts them in memory, outermost first.
Shape MemoryOrder(size_t rank, Layout layout);

// Strides of `type` for every dimension of `shape`, right-aligned, 0 where it is broadcast.
Shape BroadcastStrides(const TensorType& type, absl::Span<const int64_t> shape);

// The largest of them; 0 for a scalar.
int64_t LargestDim(absl::Span<const int64_t> shape);

// values[order[0]], values[order[1]], ...
Shape Permuted(absl::Span<const int64_t> values, absl::Span<const int64_t> order);

// Element offsets of several operands at a position of the dimensions before `end`.
// `offsets` has one entry per operand.
void OffsetsAt(const LoopNest& nest, size_t end, int64_t index, int64_t* offsets);

// Calls body(row, first, count) for the rows, or parts of them, that make up the items [begin, end)
// of rows of `width` items.
template <typename Body>
void ForPartsOfRows(int64_t width, int64_t begin, int64_t end, const Body& body) {
  while (begin < end) {
    const int64_t first = begin % width, count = std::min(width - first, end - begin);
    body(begin / width, first, count);
    begin += count;
  }
}

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_LOOP_NEST_H_

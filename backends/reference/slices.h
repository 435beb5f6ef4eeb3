// A tensor seen as slices over some of its axes: the kernels that normalise along axes handle one
// slice at a time, in parallel, wherever its elements lie.
#ifndef KAIROS_BACKENDS_REFERENCE_SLICES_H_
#define KAIROS_BACKENDS_REFERENCE_SLICES_H_

#include <cstdint>

#include "absl/types/span.h"

#include "kairos/thread_pool.h"
#include "reference/frame.h"
#include "reference/rows.h"
#include "reference/strided.h"

namespace kairos::reference {

struct Slices {
  Shape outer, src_outer, dst_outer;  // extents and strides of the axes that a slice does not span
  Shape inner, src_inner, dst_inner;  // and of those that it does

  int64_t count() const { return ElementCount(outer); }
  // Offsets of slice `index`, counted in row-major order of the outer axes.
  int64_t SrcOffset(int64_t index) const { return Offset(src_outer, index); }
  int64_t DstOffset(int64_t index) const { return Offset(dst_outer, index); }

 private:
  int64_t Offset(const Shape& strides, int64_t index) const;
};
// Of an operator whose output has the shape of its input. `axes` are in [0, rank).
Slices MakeSlices(const TensorType& src, const TensorType& dst, absl::Span<const int64_t> axes);

// Calls body(index, const RowMap&, src_offset, dst_offset) for each slice of input 0 and output 0.
template <typename Body>
void ForEachSlice(const Args& args, const Slices& slices, Body&& body) {
  const RowMap map = MakeRowMap(args.input_type(0).dtype, args.raw_input(0),
                                args.output_type(0).dtype, args.raw_output(0));
  ParallelRanges(args.pool(), slices.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i, map, slices.SrcOffset(i), slices.DstOffset(i));
  });
}

// Calls body(values, count) for the elements of a slice, piece by piece.
template <typename Body>
void ReadSlice(const Slices& slices, const RowMap& map, int64_t src_offset, Body&& body) {
  ForEachRow<1>(slices.inner, {slices.src_inner}, [&](const Row<1>& row) {
    ForEachPiece(map.read, map.src, src_offset + row.offset[0], row.stride[0], row.count,
                 [&](const double* values, int64_t count, int64_t) { body(values, count); });
  });
}

// Writes function(element) for each element of a slice.
template <typename Function>
void MapSlice(const Slices& slices, const RowMap& map, int64_t src_offset, int64_t dst_offset,
              Function&& function) {
  ForEachRow<2>(slices.inner, {slices.src_inner, slices.dst_inner}, [&](const Row<2>& row) {
    map.Apply(src_offset + row.offset[0], row.stride[0], dst_offset + row.offset[1], row.stride[1],
              row.count, function);
  });
}

// In two passes, so that a large mean costs no precision. Not numbers when there are no elements.
struct Moments {
  double mean = 0, variance = 0;
};
// `read_all(body)` calls body(values, count) for all elements, twice in the same order.
template <typename ReadAll>
Moments MomentsOf(ReadAll&& read_all) {
  double sum = 0, squares = 0;
  int64_t total = 0;
  read_all([&](const double* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) sum += values[i];
    total += count;
  });
  const double mean = sum / static_cast<double>(total);
  read_all([&](const double* values, int64_t count) {
    for (int64_t i = 0; i < count; ++i) squares += (values[i] - mean) * (values[i] - mean);
  });
  return {mean, squares / static_cast<double>(total)};
}

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_SLICES_H_

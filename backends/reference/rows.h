// Rows of elements of any numeric type, read into and written from an accumulator type. The kernels
// that reduce are written once over rows, in double for floating point and (where the result is an
// integer of 32 or 64 bits) in uint64_t, whose arithmetic wraps as the operators' does; the type of
// the tensors is chosen by a function pointer per row instead of an instantiation per kernel.
#ifndef KAIROS_BACKENDS_REFERENCE_ROWS_H_
#define KAIROS_BACKENDS_REFERENCE_ROWS_H_

#include <algorithm>
#include <cstdint>

#include "kairos/tensor.h"

namespace kairos::reference {

// Elements that a kernel holds of one row at a time, on the stack.
inline constexpr int64_t kRowLength = 128;

// Reads elements base[offset + i * stride], i < count.
template <typename A>
using ReadRow = void (*)(const void* base, int64_t offset, int64_t stride, int64_t count, A* out);
// Writes them. double: integers are rounded half to even and saturated. uint64_t: integers keep the
// low bits, floating point is not written.
template <typename A>
using WriteRow = void (*)(void* base, int64_t offset, int64_t stride, int64_t count, const A* in);

// Null for a type that is not a number. A is double or uint64_t; RowReader<uint64_t> and
// RowWriter<uint64_t> are null for floating point too.
template <typename A>
ReadRow<A> RowReader(DType dtype);
template <typename A>
WriteRow<A> RowWriter(DType dtype);

// Element `i` of a tensor of numbers.
double ElementAt(DType dtype, const void* base, int64_t i);

// Reads a row of any length in pieces: body(const double* values, int64_t count, int64_t done) with
// the number of elements before the piece.
template <typename Body>
void ForEachPiece(ReadRow<double> read, const void* base, int64_t offset, int64_t stride,
                  int64_t count, Body&& body) {
  double values[kRowLength];
  for (int64_t done = 0; done < count; done += kRowLength) {
    const int64_t piece = std::min(kRowLength, count - done);
    read(base, offset + done * stride, stride, piece, values);
    body(static_cast<const double*>(values), piece, done);
  }
}

// Where a kernel that maps elements to elements reads and writes.
struct RowMap {
  ReadRow<double> read = nullptr;
  const void* src = nullptr;
  WriteRow<double> write = nullptr;
  void* dst = nullptr;

  // dst[...] = function(src[...]) for a row.
  template <typename Function>
  void Apply(int64_t src_offset, int64_t src_stride, int64_t dst_offset, int64_t dst_stride,
             int64_t count, Function&& function) const {
    double results[kRowLength];
    ForEachPiece(read, src, src_offset, src_stride, count,
                 [&](const double* values, int64_t piece, int64_t done) {
                   for (int64_t i = 0; i < piece; ++i) results[i] = function(values[i]);
                   write(dst, dst_offset + done * dst_stride, dst_stride, piece, results);
                 });
  }
};
inline RowMap MakeRowMap(DType src_type, const void* src, DType dst_type, void* dst) {
  return {RowReader<double>(src_type), src, RowWriter<double>(dst_type), dst};
}

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_ROWS_H_

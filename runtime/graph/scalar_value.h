// Reads one number of any element type from unaligned bytes, for shape functions.
#ifndef KAIROS_RUNTIME_GRAPH_SCALAR_VALUE_H_
#define KAIROS_RUNTIME_GRAPH_SCALAR_VALUE_H_

#include <cstdint>

#include "kairos/tensor.h"

namespace kairos {

bool IsInteger(DType dtype);
// `dtype` is an integer; uint64 beyond the range of int64 becomes its end.
int64_t ScalarAsInt(DType dtype, const void* data);
// `dtype` is a number.
double ScalarAsDouble(DType dtype, const void* data);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_SCALAR_VALUE_H_

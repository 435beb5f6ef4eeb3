// Elements of tensors as numbers, whatever their type.
#ifndef KAIROS_APPS_COMMON_ELEMENT_H_
#define KAIROS_APPS_COMMON_ELEMENT_H_

#include <cstddef>

#include "kairos/tensor.h"

namespace kairos {

// The element at `index` in row-major order; 0 of a type that holds no numbers. Exact but for
// integers beyond 2^53.
double ElementAt(const TensorView& view, size_t index);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_ELEMENT_H_

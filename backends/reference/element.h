// Single elements of a type that is known at run time only, read and written through a function
// pointer: for kernels with several independent types, where an instantiation for each combination
// would cost more than it saves.
#ifndef KAIROS_BACKENDS_REFERENCE_ELEMENT_H_
#define KAIROS_BACKENDS_REFERENCE_ELEMENT_H_

#include <cstdint>

#include "kairos/tensor.h"
#include "reference/dispatch.h"
#include "reference/scalar.h"

namespace kairos::reference {

template <typename W>
using ReadElement = W (*)(const void* base, int64_t index);
template <typename W>
using WriteElement = void (*)(void* base, int64_t index, W value);

// Converts as Narrow() does. Null for a type that is neither a number nor bool.
template <typename W>
ReadElement<W> ElementReader(DType dtype) {
  ReadElement<W> reader = nullptr;
  DispatchAll(dtype, [&]<typename T>() {
    reader = [](const void* base, int64_t index) {
      return Narrow<W>(Widen(static_cast<const T*>(base)[index]));
    };
  }).IgnoreError();
  return reader;
}
template <typename W>
WriteElement<W> ElementWriter(DType dtype) {
  WriteElement<W> writer = nullptr;
  DispatchAll(dtype, [&]<typename T>() {
    writer = [](void* base, int64_t index, W value) {
      static_cast<T*>(base)[index] = Narrow<T>(value);
    };
  }).IgnoreError();
  return writer;
}

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_ELEMENT_H_

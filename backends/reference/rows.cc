#include "reference/rows.h"

#include <cmath>
#include <type_traits>

#include "reference/dispatch.h"
#include "reference/scalar.h"

namespace kairos::reference {
namespace {

template <typename A, typename T>
void Read(const void* base, int64_t offset, int64_t stride, int64_t count, A* out) {
  const T* from = static_cast<const T*>(base) + offset;
  if (stride == 1) {
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<A>(Widen(from[i]));
  } else {
    for (int64_t i = 0; i < count; ++i) out[i] = static_cast<A>(Widen(from[i * stride]));
  }
}

template <typename A, typename T>
void Write(void* base, int64_t offset, int64_t stride, int64_t count, const A* in) {
  T* to = static_cast<T*>(base) + offset;
  for (int64_t i = 0; i < count; ++i) {
    if constexpr (std::is_same_v<A, double> && std::is_integral_v<T>) {
      to[i * stride] = Narrow<T>(std::nearbyint(in[i]));
    } else {
      to[i * stride] = Narrow<T>(in[i]);
    }
  }
}

template <typename A, typename Body>
absl::Status Dispatch(DType dtype, Body&& body) {
  if constexpr (std::is_same_v<A, double>) {
    return DispatchNumeric(dtype, body);
  } else {
    return DispatchInteger(dtype, body);
  }
}

}  // namespace

template <typename A>
ReadRow<A> RowReader(DType dtype) {
  ReadRow<A> read = nullptr;
  Dispatch<A>(dtype, [&]<typename T>() { read = Read<A, T>; }).IgnoreError();
  return read;
}

template <typename A>
WriteRow<A> RowWriter(DType dtype) {
  WriteRow<A> write = nullptr;
  Dispatch<A>(dtype, [&]<typename T>() { write = Write<A, T>; }).IgnoreError();
  return write;
}

double ElementAt(DType dtype, const void* base, int64_t i) {
  double value;
  RowReader<double>(dtype)(base, i, 1, 1, &value);
  return value;
}

template ReadRow<double> RowReader<double>(DType);
template ReadRow<uint64_t> RowReader<uint64_t>(DType);
template WriteRow<double> RowWriter<double>(DType);
template WriteRow<uint64_t> RowWriter<uint64_t>(DType);

}  // namespace kairos::reference

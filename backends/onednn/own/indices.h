// Indices that are data: they come from the model's user and may hold anything.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_INDICES_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_INDICES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kairos/tensor.h"

namespace kairos::onednn::own {

template <typename I>
bool IsIndex(I index, int64_t extent) {
  return index >= -extent && index < extent;
}

// An index that IsIndex() accepts, counted from the front.
template <typename I>
int64_t FromFront(I index, int64_t extent) {
  return index < 0 ? index + extent : index;
}

// The words of the reference backend, so that a user sees one message whoever ran the node.
inline absl::Status IndexError(absl::string_view op, int64_t index, int64_t extent) {
  if (extent == 0) {
    return absl::InvalidArgumentError(absl::StrCat(op, ": index is out of range, got ", index,
                                                   ", expected none: the extent is 0"));
  }
  return absl::InvalidArgumentError(absl::StrCat(op, ": index is out of range, got ", index,
                                                 ", expected ", -extent, " to ", extent - 1));
}

// kInvalidArgument for the first of `indices` that does not fit `extent`.
template <typename I>
absl::Status CheckIndices(absl::string_view op, const I* indices, int64_t count, int64_t extent) {
  I low = 0;
  I high = 0;
  for (int64_t i = 0; i < count; ++i) {
    low = indices[i] < low ? indices[i] : low;
    high = indices[i] > high ? indices[i] : high;
  }
  if (count == 0 || (IsIndex(low, extent) && IsIndex(high, extent) && extent > 0)) {
    return absl::OkStatus();
  }
  int64_t i = 0;
  while (i + 1 < count && IsIndex(indices[i], extent)) ++i;
  return IndexError(op, indices[i], extent);
}

// body.operator()<I>() for int32 and int64; the maker has refused others.
template <typename Body>
absl::Status WithIndexType(DType dtype, Body&& body) {
  if (dtype == DType::kInt64) return body.template operator()<int64_t>();
  return body.template operator()<int32_t>();
}

// body.operator()<T>() for an unsigned integer of `bytes`.
template <typename Body>
void WithElementType(size_t bytes, Body&& body) {
  switch (bytes) {
    case 1: return body.template operator()<uint8_t>();
    case 2: return body.template operator()<uint16_t>();
    case 4: return body.template operator()<uint32_t>();
    default: return body.template operator()<uint64_t>();
  }
}

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_INDICES_H_

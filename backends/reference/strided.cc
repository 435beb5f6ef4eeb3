#include "reference/strided.h"

namespace kairos::reference {

Shape BroadcastStrides(const TensorType& type, absl::Span<const int64_t> shape) {
  const Shape own = StridesOfType(type);
  const size_t missing = shape.size() - own.size();
  Shape strides(shape.size(), 0);
  for (size_t i = 0; i < own.size(); ++i) {
    strides[missing + i] = type.shape[i] == 1 ? 0 : own[i];
  }
  return strides;
}

bool IsBroadcastable(absl::Span<const int64_t> from, absl::Span<const int64_t> shape) {
  if (from.size() > shape.size()) return false;
  const size_t missing = shape.size() - from.size();
  for (size_t i = 0; i < from.size(); ++i) {
    if (from[i] != 1 && from[i] != shape[missing + i]) return false;
  }
  return true;
}

bool NextIndex(absl::Span<const int64_t> shape, Shape* index) {
  for (size_t d = shape.size(); d-- > 0;) {
    if (++(*index)[d] < shape[d]) return true;
    (*index)[d] = 0;
  }
  return false;
}

AxisView ViewAround(absl::Span<const int64_t> shape, int64_t axis) {
  const auto at = static_cast<size_t>(axis);
  return {ElementCount(shape.subspan(0, at)), shape[at], ElementCount(shape.subspan(at + 1))};
}

}  // namespace kairos::reference

#include "executor/padded_copy.h"

#include <algorithm>
#include <cstring>

namespace kairos {
namespace {

struct Shapes {
  absl::Span<const int64_t> from, to;
  size_t last;  // the last axis along which they differ
};

// `block`: bytes of an index of the last axis that differs.
void CopyAxis(const std::byte* from, std::byte* to, const Shapes& shapes, size_t axis, size_t block,
              size_t from_bytes, size_t to_bytes) {
  const auto have = static_cast<size_t>(shapes.from[axis]);
  const auto want = static_cast<size_t>(shapes.to[axis]);
  if (axis == shapes.last) {
    std::memcpy(to, from, std::min(have, want) * block);
    for (size_t i = have; i < want; ++i)
      std::memcpy(to + i * block, from + (have - 1) * block, block);
    return;
  }
  for (size_t i = 0; i < want; ++i) {
    CopyAxis(from + std::min(i, have - 1) * (from_bytes / have), to + i * (to_bytes / want), shapes,
             axis + 1, block, from_bytes / have, to_bytes / want);
  }
}

size_t Count(absl::Span<const int64_t> shape) {
  size_t count = 1;
  for (int64_t dim : shape) count *= static_cast<size_t>(dim);
  return count;
}

}  // namespace

void CopyPadded(const void* from, absl::Span<const int64_t> from_shape, void* to,
                absl::Span<const int64_t> to_shape, size_t element_bytes) {
  const size_t from_bytes = Count(from_shape) * element_bytes;
  const size_t to_bytes = Count(to_shape) * element_bytes;
  if (to_bytes == 0) return;
  size_t last = to_shape.size();
  while (last > 0 && from_shape[last - 1] == to_shape[last - 1]) --last;
  if (last == 0) {
    std::memcpy(to, from, to_bytes);
    return;
  }
  const size_t block = Count(to_shape.subspan(last)) * element_bytes;
  CopyAxis(static_cast<const std::byte*>(from), static_cast<std::byte*>(to),
           {from_shape, to_shape, last - 1}, 0, block, from_bytes, to_bytes);
}

}  // namespace kairos

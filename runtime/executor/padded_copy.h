// Copies a tensor into one of another extent along some axes: what the smaller one has no place for
// is left out, and what it lacks is filled with its last item.
#ifndef KAIROS_RUNTIME_EXECUTOR_PADDED_COPY_H_
#define KAIROS_RUNTIME_EXECUTOR_PADDED_COPY_H_

#include <cstddef>
#include <cstdint>

#include "absl/types/span.h"

namespace kairos {

// Dense and plain, of the same rank and elements of `element_bytes`. Where `to` has elements, so
// has `from`. The memory does not overlap.
void CopyPadded(const void* from, absl::Span<const int64_t> from_shape, void* to,
                absl::Span<const int64_t> to_shape, size_t element_bytes);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_PADDED_COPY_H_

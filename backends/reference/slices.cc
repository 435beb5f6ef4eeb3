#include "reference/slices.h"

#include <algorithm>

namespace kairos::reference {

int64_t Slices::Offset(const Shape& strides, int64_t index) const {
  int64_t offset = 0;
  for (size_t d = outer.size(); d-- > 0;) {
    offset += index % outer[d] * strides[d];
    index /= outer[d];
  }
  return offset;
}

Slices MakeSlices(const TensorType& src, const TensorType& dst, absl::Span<const int64_t> axes) {
  const Shape src_strides = StridesOfType(src);
  const Shape dst_strides = StridesOfType(dst);
  Slices slices;
  for (size_t d = 0; d < src.shape.size(); ++d) {
    const bool spanned = std::find(axes.begin(), axes.end(), static_cast<int64_t>(d)) != axes.end();
    (spanned ? slices.inner : slices.outer).push_back(src.shape[d]);
    (spanned ? slices.src_inner : slices.src_outer).push_back(src_strides[d]);
    (spanned ? slices.dst_inner : slices.dst_outer).push_back(dst_strides[d]);
  }
  return slices;
}

}  // namespace kairos::reference

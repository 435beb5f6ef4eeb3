// Memory descriptors: how the library is told where the elements of a tensor lie. Functions that
// make one return null when the library refuses (too many dimensions, no such type).
#ifndef KAIROS_BACKENDS_ONEDNN_MEMORY_DESC_H_
#define KAIROS_BACKENDS_ONEDNN_MEMORY_DESC_H_

#include <memory>
#include <string>

#include "absl/types/span.h"
#include "oneapi/dnnl/dnnl.h"

#include "kairos/tensor.h"

namespace kairos::onednn {

using MemoryDesc = std::shared_ptr<const dnnl_memory_desc>;

// dnnl_data_type_undef for types that no kernel here is made for.
dnnl_data_type_t ToDnnl(DType dtype);

MemoryDesc StridedDesc(DType dtype, absl::Span<const int64_t> dims,
                       absl::Span<const int64_t> strides);
// Dense in `layout`; a scalar becomes one dimension of 1.
MemoryDesc DenseDesc(DType dtype, absl::Span<const int64_t> dims, Layout layout);
// For an operand whose layout the library is to choose.
MemoryDesc AnyDesc(const_dnnl_memory_desc_t like);
MemoryDesc TaggedDesc(const_dnnl_memory_desc_t like, dnnl_format_tag_t tag);
MemoryDesc CloneDesc(const_dnnl_memory_desc_t desc);

// The tag that describes `desc` completely, or dnnl_format_tag_undef.
dnnl_format_tag_t FindTag(const_dnnl_memory_desc_t desc);

size_t DescBytes(const_dnnl_memory_desc_t desc);
// "f32[10,3,3,3] padded[16,3,3,3] strides[144,3,48,16] blocks[16:0]": equal texts, equal layouts.
std::string DescribeLayout(const_dnnl_memory_desc_t desc);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_MEMORY_DESC_H_

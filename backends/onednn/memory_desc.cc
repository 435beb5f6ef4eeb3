#include "onednn/memory_desc.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "oneapi/dnnl/dnnl_debug.h"

namespace kairos::onednn {
namespace {

MemoryDesc Own(dnnl_status_t status, dnnl_memory_desc_t desc) {
  if (status != dnnl_success) return nullptr;
  return MemoryDesc(desc, [](const dnnl_memory_desc* p) {
    dnnl_memory_desc_destroy(const_cast<dnnl_memory_desc*>(p));
  });
}

template <typename T>
T Query(const_dnnl_memory_desc_t desc, dnnl_query_t what) {
  T result{};
  dnnl_memory_desc_query(desc, what, &result);
  return result;
}

int Rank(const_dnnl_memory_desc_t desc) { return Query<int>(desc, dnnl_query_ndims_s32); }

absl::Span<const int64_t> Dims(const_dnnl_memory_desc_t desc, dnnl_query_t what) {
  const auto* dims = Query<const dnnl_dims_t*>(desc, what);
  if (dims == nullptr) return {};
  return {*dims, static_cast<size_t>(Rank(desc))};
}

}  // namespace

dnnl_data_type_t ToDnnl(DType dtype) {
  return dtype == DType::kFloat32 ? dnnl_f32 : dnnl_data_type_undef;
}

MemoryDesc StridedDesc(DType dtype, absl::Span<const int64_t> dims,
                       absl::Span<const int64_t> strides) {
  if (dims.size() > DNNL_MAX_NDIMS || dims.size() != strides.size()) return nullptr;
  dnnl_dims_t raw_dims = {}, raw_strides = {};
  std::copy(dims.begin(), dims.end(), raw_dims);
  std::copy(strides.begin(), strides.end(), raw_strides);
  dnnl_memory_desc_t desc = nullptr;
  const dnnl_status_t status = dnnl_memory_desc_create_with_strides(
      &desc, static_cast<int>(dims.size()), raw_dims, ToDnnl(dtype), raw_strides);
  return Own(status, desc);
}

MemoryDesc DenseDesc(DType dtype, absl::Span<const int64_t> dims, Layout layout) {
  if (dims.empty()) return StridedDesc(dtype, {1}, {1});
  return StridedDesc(dtype, dims, DenseStrides(dims, layout));
}

MemoryDesc AnyDesc(const_dnnl_memory_desc_t like) { return TaggedDesc(like, dnnl_format_tag_any); }

MemoryDesc TaggedDesc(const_dnnl_memory_desc_t like, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t desc = nullptr;
  const dnnl_status_t status =
      dnnl_memory_desc_create_with_tag(&desc, Rank(like), Dims(like, dnnl_query_dims).data(),
                                       Query<dnnl_data_type_t>(like, dnnl_query_data_type), tag);
  return Own(status, desc);
}

MemoryDesc CloneDesc(const_dnnl_memory_desc_t desc) {
  dnnl_memory_desc_t copy = nullptr;
  const dnnl_status_t status = dnnl_memory_desc_clone(&copy, desc);
  return Own(status, copy);
}

dnnl_format_tag_t FindTag(const_dnnl_memory_desc_t desc) {
  const std::string wanted = DescribeLayout(desc);
  for (int t = dnnl_format_tag_any + 1; t < dnnl_format_tag_last; ++t) {
    const auto tag = static_cast<dnnl_format_tag_t>(t);
    const MemoryDesc candidate = TaggedDesc(desc, tag);
    if (candidate == nullptr || dnnl_memory_desc_equal(candidate.get(), desc) == 0) continue;
    // Equality overlooks the strides of dimensions of 1, but implementations do not.
    if (DescribeLayout(candidate.get()) == wanted) return tag;
  }
  return dnnl_format_tag_undef;
}

size_t DescBytes(const_dnnl_memory_desc_t desc) { return dnnl_memory_desc_get_size(desc); }

std::string DescribeLayout(const_dnnl_memory_desc_t desc) {
  std::string text = dnnl_dt2str(Query<dnnl_data_type_t>(desc, dnnl_query_data_type));
  absl::StrAppend(&text, ShapeString(Dims(desc, dnnl_query_dims)), " padded",
                  ShapeString(Dims(desc, dnnl_query_padded_dims)), " strides",
                  ShapeString(Dims(desc, dnnl_query_strides)), " blocks[");
  const int blocks = Query<int>(desc, dnnl_query_inner_nblks_s32);
  const auto* sizes = Query<const dnnl_dims_t*>(desc, dnnl_query_inner_blks);
  const auto* indices = Query<const dnnl_dims_t*>(desc, dnnl_query_inner_idxs);
  for (int i = 0; i < blocks; ++i) {
    absl::StrAppend(&text, i == 0 ? "" : ",", (*sizes)[i], ":", (*indices)[i]);
  }
  absl::StrAppend(&text, "]");
  return text;
}

}  // namespace kairos::onednn

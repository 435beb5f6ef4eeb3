// The library's C objects with owners that destroy them, and its status codes as absl::Status. The
// C interface is used throughout: it throws nothing, and arguments can be bound once and run often.
#ifndef KAIROS_BACKENDS_ONEDNN_HANDLES_H_
#define KAIROS_BACKENDS_ONEDNN_HANDLES_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "oneapi/dnnl/dnnl.h"

namespace kairos::onednn {

template <typename T, dnnl_status_t (*kDestroy)(T*)>
struct Destroy {
  void operator()(T* object) const { kDestroy(object); }
};
template <typename T, dnnl_status_t (*kDestroy)(T*)>
using Handle = std::unique_ptr<T, Destroy<T, kDestroy>>;

using PrimitiveDesc = Handle<dnnl_primitive_desc, dnnl_primitive_desc_destroy>;
using Primitive = Handle<dnnl_primitive, dnnl_primitive_destroy>;
using PrimitiveAttr = Handle<dnnl_primitive_attr, dnnl_primitive_attr_destroy>;
using PostOps = Handle<dnnl_post_ops, dnnl_post_ops_destroy>;
using Memory = Handle<dnnl_memory, dnnl_memory_destroy>;
using Stream = Handle<dnnl_stream, dnnl_stream_destroy>;

// Runs `make(T** object)` and puts the result into `handle`.
template <typename H, typename MakeFunction>
dnnl_status_t MakeHandle(H* handle, const MakeFunction& make) {
  typename H::pointer object = nullptr;
  const dnnl_status_t status = make(&object);
  handle->reset(object);
  return status;
}

// "subject: the library says unimplemented". What it finds unimplemented or invalid when a
// primitive is described is kUnimplemented: another backend may do it.
absl::Status FromDnnl(dnnl_status_t status, absl::string_view subject);

// The CPU engine; null when the library cannot make one. It lives as long as the process, because
// primitives refer to it.
dnnl_engine_t CpuEngine();

// Name of the implementation behind a primitive descriptor, such as "brgconv:avx512_core".
absl::string_view ImplName(const_dnnl_primitive_desc_t desc);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_HANDLES_H_

#include "onednn/handles.h"

#include "absl/strings/str_cat.h"
#include "oneapi/dnnl/dnnl_debug.h"

namespace kairos::onednn {

absl::Status FromDnnl(dnnl_status_t status, absl::string_view subject) {
  if (status == dnnl_success) return absl::OkStatus();
  const std::string message = absl::StrCat(subject, ": the library says ", dnnl_status2str(status));
  switch (status) {
    case dnnl_unimplemented:
    case dnnl_invalid_arguments:
    case dnnl_last_impl_reached:
      return absl::UnimplementedError(message);
    case dnnl_out_of_memory:
      return absl::ResourceExhaustedError(message);
    default:
      return absl::InternalError(message);
  }
}

dnnl_engine_t CpuEngine() {
  static const dnnl_engine_t engine = [] {
    dnnl_engine_t made = nullptr;
    return dnnl_engine_create(&made, dnnl_cpu, 0) == dnnl_success ? made : nullptr;
  }();
  return engine;
}

absl::string_view ImplName(const_dnnl_primitive_desc_t desc) {
  const char* name = nullptr;
  const dnnl_status_t status = dnnl_primitive_desc_query(desc, dnnl_query_impl_info_str, 0, &name);
  return status == dnnl_success && name != nullptr ? name : "unknown";
}

}  // namespace kairos::onednn

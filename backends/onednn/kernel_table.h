// The kernels of this backend as data: for each operator the makers to try, best first.
#ifndef KAIROS_BACKENDS_ONEDNN_KERNEL_TABLE_H_
#define KAIROS_BACKENDS_ONEDNN_KERNEL_TABLE_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/kernel.h"

namespace kairos::onednn {

struct KernelMaker {
  absl::string_view domain;
  absl::string_view op;
  // Cheap: looks at the request alone. kUnimplemented with the reason.
  absl::Status (*supports)(const KernelRequest& request);
  // `frozen` is empty, or what the kernel's Save() gave: then the kernel must come out the same, or
  // kFailedPrecondition says what differs.
  absl::StatusOr<std::unique_ptr<Kernel>> (*make)(const KernelRequest& request,
                                                  absl::string_view frozen);
  // Of our kernels: tried before the library's.
  bool preferred = false;
  // Names of kernels that `make` makes when it is given one as `frozen`, chosen or not.
  absl::Span<const absl::string_view> forms = {};
};

// Kernels made by the library (library/*.cc): convolution, matrix product, pooling ...
absl::Span<const KernelMaker> LibraryKernels();
// Kernels of our own (own/*.cc): pointwise, data movement, small reductions ...
absl::Span<const KernelMaker> OwnKernels();

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_KERNEL_TABLE_H_

// The kernel of a node whose outputs have no elements: there is nothing to write.
#ifndef KAIROS_BACKENDS_ONEDNN_EMPTY_KERNEL_H_
#define KAIROS_BACKENDS_ONEDNN_EMPTY_KERNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "kairos/kernel.h"

namespace kairos::onednn {

bool HasNothingToWrite(const KernelRequest& request);
std::unique_ptr<Kernel> NewEmptyKernel();
// kFailedPrecondition when the record is another kernel's.
absl::StatusOr<std::unique_ptr<Kernel>> LoadEmptyKernel(absl::string_view frozen);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_EMPTY_KERNEL_H_

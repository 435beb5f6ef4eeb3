// Checks of requests that the operators share.
#ifndef KAIROS_BACKENDS_ONEDNN_LIBRARY_CHECKS_H_
#define KAIROS_BACKENDS_ONEDNN_LIBRARY_CHECKS_H_

#include <initializer_list>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "kairos/kernel.h"

namespace kairos::onednn {

// kUnimplemented: "onednn.OP: what ...".
template <typename... Args>
absl::Status Refuse(const KernelRequest& request, const Args&... args) {
  return absl::UnimplementedError(absl::StrCat("onednn.", request.node->op, ": ", args...));
}

// What every kernel of the library asks for: one output; output and the listed inputs of float32;
// no operand without elements.
absl::Status CheckOperands(const KernelRequest& request, std::initializer_list<size_t> inputs);
// Also that there are no post-ops.
absl::Status CheckUnfused(const KernelRequest& request, std::initializer_list<size_t> inputs);
// Also that input 0 is of rank 3 to 5: [N, C, D...].
absl::Status CheckSpatial(const KernelRequest& request, std::initializer_list<size_t> inputs);

// Whether base input `index` is there.
bool HasInput(const KernelRequest& request, size_t index);

// What moving that many elements costs, in the operations KernelBuilder counts.
double MoveOperations(const TensorType& type);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_LIBRARY_CHECKS_H_

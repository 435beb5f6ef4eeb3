// What is fused into a node runs after it, in place on output 0, through the same scalar functions
// as the operators themselves.
#ifndef KAIROS_BACKENDS_REFERENCE_POST_OPS_H_
#define KAIROS_BACKENDS_REFERENCE_POST_OPS_H_

#include "absl/status/status.h"

#include "kairos/kernel.h"
#include "reference/frame.h"

namespace kairos::reference {

// kUnimplemented names the post-op that has no scalar function for the type of output 0.
absl::Status SupportsPostOps(const KernelRequest& request);
absl::Status ApplyPostOps(const KernelRequest& request, const Args& args);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_POST_OPS_H_

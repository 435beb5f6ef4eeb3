// The kernels that normalise by moments or norms, listed in normalization.cc. Each is ONNX's
// operator of the same name; means and variances are taken in double whatever stash_type says.
#ifndef KAIROS_BACKENDS_REFERENCE_NORMALIZATION_H_
#define KAIROS_BACKENDS_REFERENCE_NORMALIZATION_H_

#include "reference/frame.h"

namespace kairos::reference {

// Per channel of [N, C, D...], in either layout.
absl::Status RunBatchNormalization(const KernelRequest& request, const Args& args);
absl::Status RunInstanceNormalization(const KernelRequest& request, const Args& args);
absl::Status RunGroupNormalization(const KernelRequest& request, const Args& args);
absl::Status RunLrn(const KernelRequest& request, const Args& args);

// Along axes of a tensor of any rank.
absl::Status RunLayerNormalization(const KernelRequest& request, const Args& args);
absl::Status RunMeanVarianceNormalization(const KernelRequest& request, const Args& args);
absl::Status RunLpNormalization(const KernelRequest& request, const Args& args);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_NORMALIZATION_H_

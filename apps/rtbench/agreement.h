// Whether two policies computed the same: outputs left in files by the processes that made them.
#ifndef KAIROS_APPS_RTBENCH_AGREEMENT_H_
#define KAIROS_APPS_RTBENCH_AGREEMENT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "kairos/tensor.h"

namespace kairos {

// Writes the elements of all tensors as doubles, one after the other; strings are left out.
absl::Status WriteOutputs(const std::string& path, const std::vector<Tensor>& outputs);

struct Agreement {
  bool same_bits = false;
  // Infinite when a NaN stands on one side only, or an infinity.
  double max_abs_diff = 0;
  double scale = 0;      // largest finite absolute value of the first
  size_t nan_count = 0;  // of the second
};

// kDataLoss when the two hold different numbers of values.
absl::StatusOr<Agreement> CompareOutputs(const std::string& path_a, const std::string& path_b);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_AGREEMENT_H_

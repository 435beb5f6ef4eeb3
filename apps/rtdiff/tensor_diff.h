// How far two tensors are apart.
#ifndef KAIROS_APPS_RTDIFF_TENSOR_DIFF_H_
#define KAIROS_APPS_RTDIFF_TENSOR_DIFF_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include <nlohmann/json.hpp>

#include "kairos/tensor.h"

namespace kairos {

struct TensorDiff {
  std::string name;
  size_t count = 0, different = 0;  // elements, and those whose bits differ
  double scale = 0;                 // largest absolute value of the reference
  double max_abs = 0;               // infinite when a NaN or an infinity stands on one side only
  // Largest |got - want| / |want|; |want| counts as at least a thousandth of the scale, so that
  // what is left of a cancellation does not decide.
  double max_rel = 0;
  // Largest distance in representable numbers of the type; 0 for integers.
  uint64_t max_ulp = 0;
  bool over = false;  // max_abs > tolerance x scale; any difference for what is no float
};

// kInvalidArgument when dtype or shape differ.
absl::StatusOr<TensorDiff> DiffTensors(const std::string& name, const TensorView& want,
                                       const TensorView& got, double tolerance);

nlohmann::json ToJson(const TensorDiff& diff);

}  // namespace kairos

#endif  // KAIROS_APPS_RTDIFF_TENSOR_DIFF_H_

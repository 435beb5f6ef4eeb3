// Weights for AlexNet: seeded random ones, or those of a model file.
#ifndef KAIROS_APPS_TRACE_ALEXNET_WEIGHTS_H_
#define KAIROS_APPS_TRACE_ALEXNET_WEIGHTS_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"

#include "kairos/array.h"
#include "kairos/model.h"

namespace kairos {

// All layers `divisor` times narrower than the original, which has 61 million weights. Uniform
// around zero with the variance of He et al. ("Delving deep into rectifiers", 2015), so that values
// keep their size through the layers; the same every time.
absl::StatusOr<std::map<std::string, Array>> RandomAlexNetWeights(int64_t divisor = 1);

// All constants of a model by name; they keep its file mapped.
std::map<std::string, Array> WeightsOf(const Model& model);

}  // namespace kairos

#endif  // KAIROS_APPS_TRACE_ALEXNET_WEIGHTS_H_

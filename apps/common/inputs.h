// Inputs of a model for the tools: from .npy files, or seeded random of the declared shape.
#ifndef KAIROS_APPS_COMMON_INPUTS_H_
#define KAIROS_APPS_COMMON_INPUTS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "common/shape_arg.h"
#include "kairos/model.h"
#include "kairos/tensor.h"

namespace kairos {

// NAME=VALUE of the command line.
using NamedFile = std::pair<std::string, std::string>;
// kInvalidArgument for text without '=' or with nothing before or after it.
absl::StatusOr<std::vector<NamedFile>> ParseNamedFiles(absl::Span<const std::string> texts);

// One tensor per input of the model, in its order: the file named for it, else random values of
// its declared shape, unknown dimensions from `shapes` (an unknown first one is 1 by default).
// Floats are uniform in [-1, 1), integers 0 or 1; the same values every time for the same seed.
inline constexpr uint32_t kDefaultInputSeed = 20231117;
absl::StatusOr<std::vector<Tensor>> MakeInputs(const Model& model,
                                               absl::Span<const NamedShape> shapes,
                                               absl::Span<const NamedFile> files,
                                               uint32_t seed = kDefaultInputSeed);

std::vector<TensorView> Views(absl::Span<const Tensor> tensors);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_INPUTS_H_

// Shows that what a graph computes for n items is part of what it computes for a larger number of
// them: the first n items of each value that depends on them, and all of every other value.
#ifndef KAIROS_RUNTIME_EXECUTOR_PADDING_PROOF_H_
#define KAIROS_RUNTIME_EXECUTOR_PADDING_PROOF_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "executor/analysis.h"

namespace kairos {

// A dimension of the model's inputs, at two sizes.
struct Padding {
  std::string name;  // for messages
  absl::Span<const int>
      axes;  // per input of the model; kWhole where it does not have the dimension
  int64_t size = 0, padded_size = 0;
};

// The axis of each output along which it is cut, kWhole for one that the dimension does not reach.
// `exact` and `padded` are one prepared graph, specialised with the dimension at the two sizes. No
// node in it takes branches, for these might differ.
//
// Node by node, at both sizes: FlowOfAxis() lets the cut through, to the same axes; extents along
// them are in proportion to the sizes, and all others equal; and the constants are equal, or cut
// like other values. So nothing that was computed from the size takes part but as an extent: a
// Reshape may be told its target shape, but x * Shape(x)[0] is found out.
//
// kFailedPrecondition names the first node that is not so.
absl::StatusOr<std::vector<int>> ProvePadding(const SpecializedGraph& exact,
                                              const SpecializedGraph& padded,
                                              const Padding& padding);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_PADDING_PROOF_H_

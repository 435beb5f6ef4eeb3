// What the operators that convolve have in common, whatever the element types and the order of
// their inputs.
#ifndef KAIROS_RUNTIME_GRAPH_SHAPE_CONV_H_
#define KAIROS_RUNTIME_GRAPH_SHAPE_CONV_H_

#include <cstddef>

#include "absl/status/statusor.h"

#include "graph/shape_context.h"

namespace kairos {

// The output's shape [N, M, D...] from input 0, [N, C, D...], the weights at input `weights`,
// [M, C/group, k...], and the attributes; the bias at input `bias` may be absent, else it is [M].
absl::StatusOr<Shape> ConvShape(const ShapeContext& context, size_t weights, size_t bias);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_SHAPE_CONV_H_

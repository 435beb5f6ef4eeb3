// The rule of MatMul, for the operators that multiply matrices at other inputs too.
#ifndef KAIROS_RUNTIME_GRAPH_SHAPE_PRODUCT_H_
#define KAIROS_RUNTIME_GRAPH_SHAPE_PRODUCT_H_

#include <cstddef>

#include "absl/status/statusor.h"

#include "graph/shape_context.h"

namespace kairos {

// Of the product of the matrices, batches of matrices or vectors at the inputs `a` and `b`.
absl::StatusOr<Shape> ProductShape(const ShapeContext& context, size_t a, size_t b);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_SHAPE_PRODUCT_H_

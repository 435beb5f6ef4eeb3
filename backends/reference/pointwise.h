// The loops that apply a scalar function to tensors of any layout, with broadcasting.
#ifndef KAIROS_BACKENDS_REFERENCE_POINTWISE_H_
#define KAIROS_BACKENDS_REFERENCE_POINTWISE_H_

#include "absl/status/status.h"

#include "kairos/tensor.h"
#include "reference/scalar_ops.h"

namespace kairos::reference {

// A tensor in memory; its strides are found by broadcasting its type to the result's shape.
struct Source {
  const TensorType& type;
  const void* data;
};
struct Target {
  const TensorType& type;
  void* data;
};

// dst = op(x). The elements of dst are those of x, or bool, as op.result says. x and dst may be the
// same memory when their types are the same.
absl::Status ApplyUnary(const UnaryOp& op, const Parameters& parameters, Source x, Target dst);
// dst = op(x, y); x and y have the same element type.
absl::Status ApplyBinary(const BinaryOp& op, const Parameters& parameters, Source x, Source y,
                         Target dst);
// dst = x, broadcast; the element types are the same.
absl::Status CopyBroadcast(Source x, Target dst);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_POINTWISE_H_

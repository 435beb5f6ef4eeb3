// Post-ops of a node as post-ops of a primitive.
#ifndef KAIROS_BACKENDS_ONEDNN_POST_OPS_H_
#define KAIROS_BACKENDS_ONEDNN_POST_OPS_H_

#include <optional>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"

#include "kairos/kernel.h"
#include "onednn/kernel_builder.h"

namespace kairos::onednn {

// kUnimplemented, naming the first post-op that the library does not have.
absl::Status CheckPostOps(const KernelRequest& request);

// The shape of an operand of the output's rank, 1 where it is broadcast, as the primitive must see
// it; null when it cannot.
using OperandShape = absl::FunctionRef<std::optional<Shape>(const Shape& aligned)>;

// Appends the chain; binary operands are brought into `layout`.
void AddPostOps(const KernelRequest& request, Layout layout, OperandShape shape,
                KernelBuilder* builder);
// For primitives that see the node's output with its own shape.
void AddPostOps(const KernelRequest& request, Layout layout, KernelBuilder* builder);

// `shape` with ones in front up to `rank`.
Shape AlignedShape(absl::Span<const int64_t> shape, size_t rank);

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_POST_OPS_H_

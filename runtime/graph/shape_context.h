// What shape functions share: access to inputs, their known values, axes, and the wording of
// refusals. All statuses are kInvalidArgument unless said otherwise.
#ifndef KAIROS_RUNTIME_GRAPH_SHAPE_CONTEXT_H_
#define KAIROS_RUNTIME_GRAPH_SHAPE_CONTEXT_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "graph/op_table.h"
#include "kairos/tensor.h"

namespace kairos {

inline bool HasInput(const ShapeContext& context, size_t input) {
  return input < context.inputs.size() && context.inputs[input].present;
}
inline const TensorType& InputType(const ShapeContext& context, size_t input) {
  return context.inputs[input].type;
}
inline const Shape& InputShape(const ShapeContext& context, size_t input) {
  return context.inputs[input].type.shape;
}
inline int64_t Rank(const ShapeContext& context, size_t input) {
  return static_cast<int64_t>(InputShape(context, input).size());
}

// Does nothing for outputs that the node does not have.
void SetOutput(ShapeContext& context, size_t output, DType dtype, Shape shape);

// "input 1 has shape [2,3], expected WHAT"
absl::Status UnexpectedShape(const ShapeContext& context, size_t input, absl::string_view what);
// The same unless the input has this rank, at least this rank, or exactly this shape.
absl::Status ExpectRank(const ShapeContext& context, size_t input, int64_t rank);
absl::Status ExpectMinRank(const ShapeContext& context, size_t input, int64_t rank);
absl::Status ExpectShape(const ShapeContext& context, size_t input, const Shape& shape,
                         absl::string_view because);
// One element, whatever the rank.
absl::Status ExpectScalar(const ShapeContext& context, size_t input);

// kFailedPrecondition unless the bytes of the input are known (or it has none).
absl::Status ExpectKnown(const ShapeContext& context, size_t input, absl::string_view name);
// The elements of an int32 or int64 input of rank 0 or 1, at most `max_count` of them;
// must be known.
absl::StatusOr<std::vector<int64_t>> IntValues(const ShapeContext& context, size_t input,
                                               absl::string_view name,
                                               int64_t max_count = kMaxRank);

// `axis` in [0, rank), from [-rank, rank). `name` is for the message.
absl::StatusOr<int64_t> NormalAxis(int64_t axis, int64_t rank, absl::string_view name = "axis");
// The same for each; refuses duplicates.
absl::StatusOr<std::vector<int64_t>> NormalAxes(absl::Span<const int64_t> axes, int64_t rank);
// Of the attribute "axis".
absl::StatusOr<int64_t> AxisAttribute(const ShapeContext& context, int64_t fallback, int64_t rank);

// The shape both broadcast to (numpy's rule); false when they do not.
bool Broadcast(absl::Span<const int64_t> a, absl::Span<const int64_t> b, Shape* result);
// True when `from` broadcasts to `to` without changing it.
bool BroadcastsTo(absl::Span<const int64_t> from, absl::Span<const int64_t> to);

// Product of shape[begin..end), no larger than the limits allow: inputs have been checked.
int64_t Volume(absl::Span<const int64_t> shape, int64_t begin, int64_t end);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_SHAPE_CONTEXT_H_

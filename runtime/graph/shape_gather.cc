#include <string>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

void Append(Shape& shape, absl::Span<const int64_t> dims) {
  shape.insert(shape.end(), dims.begin(), dims.end());
}

// Elements are addressed by input 1 along `axis` and by their place along the other axes, so those
// may not be longer than input 0's.
absl::Status CheckElementIndices(const ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, 0, Rank(context, 0)));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 1, Rank(context, 0)));
  const Shape& data = InputShape(context, 0);
  const Shape& indices = InputShape(context, 1);
  for (size_t i = 0; i < data.size(); ++i) {
    if (static_cast<int64_t>(i) == axis || indices[i] <= data[i]) continue;
    return UnexpectedShape(context, 1,
                           absl::StrCat("at most ", data[i], " in dimension ", i,
                                        " because input 0 is ", ShapeString(data)));
  }
  return absl::OkStatus();
}

// How many dimensions of input 0, after `batch` ones, the vectors in input 1 address.
absl::StatusOr<int64_t> VectorLength(const ShapeContext& context, int64_t batch) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 1));
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 1, 1));
  const int64_t most = Rank(context, 0) - batch;
  const int64_t length = InputShape(context, 1).back();
  if (length >= 1 && length <= most) return length;
  return UnexpectedShape(context, 1,
                         absl::StrCat("1 to ", most,
                                      " in the last dimension because "
                                      "input 0 is ",
                                      ShapeString(InputShape(context, 0))));
}

}  // namespace

absl::Status ShapeGather(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, 0, Rank(context, 0)));
  const absl::Span<const int64_t> data = InputShape(context, 0);
  Shape shape;
  Append(shape, data.subspan(0, static_cast<size_t>(axis)));
  Append(shape, InputShape(context, 1));
  Append(shape, data.subspan(static_cast<size_t>(axis) + 1));
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeGatherElements(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(CheckElementIndices(context));
  SetOutput(context, 0, InputType(context, 0).dtype, InputShape(context, 1));
  return absl::OkStatus();
}

absl::Status ShapeGatherNd(ShapeContext& context) {
  const int64_t batch = context.node.attributes.Int("batch_dims", 0);
  if (batch >= Rank(context, 0) || batch >= Rank(context, 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'batch_dims' is ", batch, ", expected less than the ranks ",
                     Rank(context, 0), " and ", Rank(context, 1), " of the inputs"));
  }
  const absl::Span<const int64_t> data = InputShape(context, 0);
  const absl::Span<const int64_t> indices = InputShape(context, 1);
  const auto batch_count = static_cast<size_t>(batch);
  if (data.subspan(0, batch_count) != indices.subspan(0, batch_count)) {
    return UnexpectedShape(
        context, 1,
        absl::StrCat("the first ", batch, " dimensions of ", ShapeString(data), " of input 0"));
  }
  KAIROS_ASSIGN_OR_RETURN(const int64_t length, VectorLength(context, batch));
  Shape shape;
  Append(shape, indices.subspan(0, indices.size() - 1));
  Append(shape, data.subspan(static_cast<size_t>(batch + length)));
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeScatterElements(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(CheckElementIndices(context));
  KAIROS_RETURN_IF_ERROR(
      ExpectShape(context, 2, InputShape(context, 1), "input 1 (indices) has that shape"));
  return ShapeSame(context);
}

absl::Status ShapeScatterNd(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t length, VectorLength(context, 0));
  const absl::Span<const int64_t> data = InputShape(context, 0);
  const absl::Span<const int64_t> indices = InputShape(context, 1);
  Shape updates;
  Append(updates, indices.subspan(0, indices.size() - 1));
  Append(updates, data.subspan(static_cast<size_t>(length)));
  KAIROS_RETURN_IF_ERROR(ExpectShape(
      context, 2, updates,
      absl::StrCat("input 0 is ", ShapeString(data), " and input 1 ", ShapeString(indices))));
  return ShapeSame(context);
}

}  // namespace kairos

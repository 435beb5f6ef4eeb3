#include <algorithm>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

Shape WithoutAxes(absl::Span<const int64_t> shape, absl::Span<const int64_t> axes, bool keep) {
  Shape result;
  for (size_t i = 0; i < shape.size(); ++i) {
    const bool reduced = std::find(axes.begin(), axes.end(), static_cast<int64_t>(i)) != axes.end();
    if (!reduced) result.push_back(shape[i]);
    if (reduced && keep) result.push_back(1);
  }
  return result;
}

bool KeepsDims(const ShapeContext& context) {
  return context.node.attributes.Int("keepdims", 1) != 0;
}

}  // namespace

absl::Status ShapeReduce(ShapeContext& context) {
  const int64_t rank = Rank(context, 0);
  std::vector<int64_t> axes;
  if (HasInput(context, 1)) {
    KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> given, IntValues(context, 1, "axes"));
    absl::StatusOr<std::vector<int64_t>> normal = NormalAxes(given, rank);
    if (!normal.ok()) return Annotate("input 1 (axes)", normal.status());
    axes = *std::move(normal);
  }
  if (axes.empty() && context.node.attributes.Int("noop_with_empty_axes", 0) == 0) {
    axes.resize(static_cast<size_t>(rank));
    std::iota(axes.begin(), axes.end(), 0);
  }
  SetOutput(context, 0, InputType(context, 0).dtype,
            WithoutAxes(InputShape(context, 0), axes, KeepsDims(context)));
  return absl::OkStatus();
}

absl::Status ShapeArgReduce(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, 0, Rank(context, 0)));
  if (InputShape(context, 0)[static_cast<size_t>(axis)] == 0) {
    return UnexpectedShape(context, 0, absl::StrCat("elements along axis ", axis));
  }
  SetOutput(context, 0, DType::kInt64,
            WithoutAxes(InputShape(context, 0), {axis}, KeepsDims(context)));
  return absl::OkStatus();
}

absl::Status ShapeAlongAxis(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(AxisAttribute(context, -1, Rank(context, 0)).status());
  return ShapeSame(context);
}

absl::Status ShapeCumSum(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 1));
  KAIROS_RETURN_IF_ERROR(ExpectScalar(context, 1));
  if (context.inputs[1].data != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> axis, IntValues(context, 1, "axis"));
    KAIROS_RETURN_IF_ERROR(NormalAxis(axis[0], Rank(context, 0), "input 1 (axis)").status());
  }
  return ShapeSame(context);
}

absl::Status ShapeTopK(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, -1, Rank(context, 0)));
  KAIROS_RETURN_IF_ERROR(ExpectScalar(context, 1));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> k, IntValues(context, 1, "k"));
  Shape shape = InputShape(context, 0);
  int64_t& extent = shape[static_cast<size_t>(axis)];
  if (k[0] < 0 || k[0] > extent) {
    return absl::InvalidArgumentError(absl::StrCat("input 1 (k) is ", k[0], ", expected 0 to ",
                                                   extent, ", the elements along axis ", axis));
  }
  extent = k[0];
  SetOutput(context, 1, DType::kInt64, shape);
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos

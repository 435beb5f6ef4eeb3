#include "graph/shape_context.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"

namespace kairos {

void SetOutput(ShapeContext& context, size_t output, DType dtype, Shape shape) {
  if (output >= context.outputs.size()) return;
  context.outputs[output] = {dtype, std::move(shape), Layout::kPlain};
}

absl::Status UnexpectedShape(const ShapeContext& context, size_t input, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("input ", input, " has shape ",
                                                 ShapeString(InputShape(context, input)),
                                                 ", expected ", what));
}

absl::Status ExpectRank(const ShapeContext& context, size_t input, int64_t rank) {
  if (Rank(context, input) == rank) return absl::OkStatus();
  return UnexpectedShape(context, input, absl::StrCat("rank ", rank));
}

absl::Status ExpectMinRank(const ShapeContext& context, size_t input, int64_t rank) {
  if (Rank(context, input) >= rank) return absl::OkStatus();
  return UnexpectedShape(context, input, absl::StrCat("rank ", rank, " or more"));
}

absl::Status ExpectShape(const ShapeContext& context, size_t input, const Shape& shape,
                         absl::string_view because) {
  if (InputShape(context, input) == shape) return absl::OkStatus();
  return UnexpectedShape(context, input, absl::StrCat(ShapeString(shape), " because ", because));
}

absl::Status ExpectScalar(const ShapeContext& context, size_t input) {
  if (InputType(context, input).element_count() == 1) return absl::OkStatus();
  return UnexpectedShape(context, input, "one element");
}

absl::Status ExpectKnown(const ShapeContext& context, size_t input, absl::string_view name) {
  const Operand& operand = context.inputs[input];
  if (operand.data != nullptr || operand.type.element_count() == 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "input ", input, " (", name, ") decides the output's shape but its value is not known"));
}

absl::StatusOr<std::vector<int64_t>> IntValues(const ShapeContext& context, size_t input,
                                               absl::string_view name, int64_t max_count) {
  const Operand& operand = context.inputs[input];
  if (operand.type.shape.size() > 1) return UnexpectedShape(context, input, "rank 1");
  const int64_t count = operand.type.element_count();
  if (count > max_count) {
    return UnexpectedShape(context, input, absl::StrCat("at most ", max_count, " elements"));
  }
  KAIROS_RETURN_IF_ERROR(ExpectKnown(context, input, name));
  std::vector<int64_t> values(static_cast<size_t>(count));
  const auto* bytes = static_cast<const char*>(operand.data);
  for (int64_t i = 0; i < count; ++i) {
    if (operand.type.dtype == DType::kInt32) {
      int32_t narrow;
      std::memcpy(&narrow, bytes + i * 4, 4);
      values[static_cast<size_t>(i)] = narrow;
    } else {
      std::memcpy(&values[static_cast<size_t>(i)], bytes + i * 8, 8);
    }
  }
  return values;
}

absl::StatusOr<int64_t> NormalAxis(int64_t axis, int64_t rank, absl::string_view name) {
  if (axis < -rank || axis >= rank) {
    return absl::InvalidArgumentError(
        rank == 0 ? absl::StrCat(name, " is ", axis, ", expected none because the rank is 0")
                  : absl::StrCat(name, " is ", axis, ", expected ", -rank, " to ", rank - 1,
                                 " because the rank is ", rank));
  }
  return axis < 0 ? axis + rank : axis;
}

absl::StatusOr<std::vector<int64_t>> NormalAxes(absl::Span<const int64_t> axes, int64_t rank) {
  std::vector<int64_t> normal;
  for (int64_t given : axes) {
    KAIROS_ASSIGN_OR_RETURN(const int64_t axis, NormalAxis(given, rank));
    if (std::find(normal.begin(), normal.end(), axis) != normal.end()) {
      return absl::InvalidArgumentError(absl::StrCat("axes are ", ShapeString(axes), ", axis ",
                                                     axis,
                                                     " is given twice, expected distinct ones"));
    }
    normal.push_back(axis);
  }
  return normal;
}

absl::StatusOr<int64_t> AxisAttribute(const ShapeContext& context, int64_t fallback, int64_t rank) {
  return NormalAxis(context.node.attributes.Int("axis", fallback), rank, "attribute 'axis'");
}

bool Broadcast(absl::Span<const int64_t> a, absl::Span<const int64_t> b, Shape* result) {
  if (a.size() < b.size()) std::swap(a, b);
  Shape shape(a.begin(), a.end());
  const size_t offset = a.size() - b.size();
  for (size_t i = 0; i < b.size(); ++i) {
    int64_t& dim = shape[offset + i];
    if (b[i] == dim || b[i] == 1) continue;
    if (dim != 1) return false;
    dim = b[i];
  }
  *result = std::move(shape);
  return true;
}

bool BroadcastsTo(absl::Span<const int64_t> from, absl::Span<const int64_t> to) {
  Shape shape;
  return Broadcast(from, to, &shape) && absl::MakeConstSpan(shape) == to;
}

int64_t Volume(absl::Span<const int64_t> shape, int64_t begin, int64_t end) {
  return ElementCount(shape.subspan(static_cast<size_t>(begin), static_cast<size_t>(end - begin)));
}

}  // namespace kairos

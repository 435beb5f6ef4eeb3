#include "graph/shape_product.h"

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {

absl::StatusOr<Shape> ProductShape(const ShapeContext& context, size_t a_input, size_t b_input) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, a_input, 1));
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, b_input, 1));
  const absl::Span<const int64_t> a = InputShape(context, a_input);
  const absl::Span<const int64_t> b = InputShape(context, b_input);
  const int64_t inner = a.back();
  const int64_t rows = b.size() == 1 ? b[0] : b[b.size() - 2];
  if (inner != rows) {
    return UnexpectedShape(
        context, b_input,
        absl::StrCat(inner, " rows because input ", a_input, " is ", ShapeString(a)));
  }
  Shape shape;
  const auto batch = [](absl::Span<const int64_t> dims) {
    return dims.subspan(0, dims.size() < 2 ? 0 : dims.size() - 2);
  };
  if (!Broadcast(batch(a), batch(b), &shape)) {
    return UnexpectedShape(
        context, b_input,
        absl::StrCat("one whose batch broadcasts with ", ShapeString(a), " of input ", a_input));
  }
  if (a.size() > 1) shape.push_back(a[a.size() - 2]);
  if (b.size() > 1) shape.push_back(b.back());
  return shape;
}

absl::Status ShapeMatMul(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, ProductShape(context, 0, 1));
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeGemm(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 2));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 1, 2));
  const Shape& a = InputShape(context, 0);
  const Shape& b = InputShape(context, 1);
  const bool trans_a = context.node.attributes.Int("transA", 0) != 0;
  const bool trans_b = context.node.attributes.Int("transB", 0) != 0;
  const int64_t inner = a[trans_a ? 0 : 1];
  if (b[trans_b ? 1 : 0] != inner) {
    return UnexpectedShape(
        context, 1,
        absl::StrCat(inner, trans_b ? " columns" : " rows", " because input 0 is ", ShapeString(a),
                     trans_a ? " transposed" : ""));
  }
  Shape shape = {a[trans_a ? 1 : 0], b[trans_b ? 0 : 1]};
  if (HasInput(context, 2) && !BroadcastsTo(InputShape(context, 2), shape)) {
    return UnexpectedShape(context, 2, absl::StrCat("one that broadcasts to ", ShapeString(shape)));
  }
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

}  // namespace kairos

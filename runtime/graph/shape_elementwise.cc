#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/dtype_rule.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

absl::StatusOr<Shape> BroadcastInputs(const ShapeContext& context) {
  Shape shape = InputShape(context, 0);
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    if (Broadcast(shape, InputShape(context, i), &shape)) continue;
    return UnexpectedShape(context, i,
                           absl::StrCat("one that broadcasts with ", ShapeString(shape),
                                        i == 1 ? " of input 0" : " of the inputs before it"));
  }
  return shape;
}

}  // namespace

absl::Status ShapeSame(ShapeContext& context) {
  SetOutput(context, 0, InputType(context, 0).dtype, InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapePredicate(ShapeContext& context) {
  SetOutput(context, 0, DType::kBool, InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapeBroadcast(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, BroadcastInputs(context));
  SetOutput(context, 0, InputType(context, 0).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeCompare(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, BroadcastInputs(context));
  SetOutput(context, 0, DType::kBool, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeMod(ShapeContext& context) {
  const DType dtype = InputType(context, 0).dtype;
  if (DTypeFits('F', dtype) && context.node.attributes.Int("fmod", 0) != 1) {
    return absl::InvalidArgumentError(absl::StrCat(
        "attribute 'fmod' is 0, expected 1 because the inputs are ", DTypeName(dtype)));
  }
  return ShapeBroadcast(context);
}

absl::Status ShapePRelu(ShapeContext& context) {
  if (!BroadcastsTo(InputShape(context, 1), InputShape(context, 0))) {
    return UnexpectedShape(context, 1,
                           absl::StrCat("one that broadcasts to ",
                                        ShapeString(InputShape(context, 0)), " of input 0"));
  }
  return ShapeSame(context);
}

absl::Status ShapeWhere(ShapeContext& context) {
  KAIROS_ASSIGN_OR_RETURN(Shape shape, BroadcastInputs(context));
  SetOutput(context, 0, InputType(context, 1).dtype, std::move(shape));
  return absl::OkStatus();
}

absl::Status ShapeClip(ShapeContext& context) {
  for (size_t bound : {1, 2}) {
    if (HasInput(context, bound)) KAIROS_RETURN_IF_ERROR(ExpectScalar(context, bound));
  }
  return ShapeSame(context);
}

absl::Status ShapeCast(ShapeContext& context) {
  SetOutput(context, 0, static_cast<DType>(context.node.attributes.Int("to", 0)),
            InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapeCastLike(ShapeContext& context) {
  SetOutput(context, 0, InputType(context, 1).dtype, InputShape(context, 0));
  return absl::OkStatus();
}

absl::Status ShapeDropout(ShapeContext& context) {
  for (size_t option : {1, 2}) {
    if (HasInput(context, option)) KAIROS_RETURN_IF_ERROR(ExpectScalar(context, option));
  }
  SetOutput(context, 1, DType::kBool, InputShape(context, 0));
  return ShapeSame(context);
}

absl::Status ShapeReorder(ShapeContext& context) {
  if (Rank(context, 0) < 3 || Rank(context, 0) > 5) {
    return UnexpectedShape(context, 0, "rank 3 to 5");
  }
  return ShapeSame(context);
}

}  // namespace kairos

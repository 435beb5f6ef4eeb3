#include <string>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

// Inputs 1 to `last` are [C].
absl::Status ExpectPerChannel(const ShapeContext& context, size_t last) {
  const int64_t channels = InputShape(context, 0)[1];
  const std::string because = absl::StrCat("input 0 is ", ShapeString(InputShape(context, 0)));
  for (size_t i = 1; i <= last; ++i) {
    KAIROS_RETURN_IF_ERROR(ExpectShape(context, i, {channels}, because));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ShapeBatchNormalization(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 2));
  KAIROS_RETURN_IF_ERROR(ExpectPerChannel(context, 4));
  if (context.outputs.size() > 1 && context.node.attributes.Int("training_mode", 0) == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", context.outputs.size(),
                     " outputs, expected 1 because attribute 'training_mode' is 0"));
  }
  const DType dtype = InputType(context, 0).dtype;
  SetOutput(context, 1, dtype, InputShape(context, 3));
  SetOutput(context, 2, dtype, InputShape(context, 4));
  return ShapeSame(context);
}

absl::Status ShapeInstanceNormalization(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 3));
  KAIROS_RETURN_IF_ERROR(ExpectPerChannel(context, 2));
  return ShapeSame(context);
}

absl::Status ShapeGroupNormalization(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 2));
  KAIROS_RETURN_IF_ERROR(ExpectPerChannel(context, 2));
  const int64_t groups = context.node.attributes.Int("num_groups", 1);
  if (InputShape(context, 0)[1] % groups != 0) {
    return absl::InvalidArgumentError(absl::StrCat(
        "attribute 'num_groups' is ", groups, ", expected a divisor of ", InputShape(context, 0)[1],
        " because input 0 is ", ShapeString(InputShape(context, 0))));
  }
  return ShapeSame(context);
}

absl::Status ShapeLayerNormalization(ShapeContext& context) {
  const Shape& src = InputShape(context, 0);
  KAIROS_ASSIGN_OR_RETURN(const int64_t axis, AxisAttribute(context, -1, Rank(context, 0)));
  // ONNX lets scale and bias broadcast; kernels rely on the full shape, which exporters write.
  const Shape normalized(src.begin() + axis, src.end());
  const std::string because = absl::StrCat("input 0 is ", ShapeString(src), " and axis is ", axis);
  for (size_t i : {1, 2}) {
    if (HasInput(context, i)) KAIROS_RETURN_IF_ERROR(ExpectShape(context, i, normalized, because));
  }
  Shape statistics = src;
  std::fill(statistics.begin() + axis, statistics.end(), 1);
  SetOutput(context, 1, DType::kFloat32, statistics);
  SetOutput(context, 2, DType::kFloat32, statistics);
  return ShapeSame(context);
}

absl::Status ShapeMeanVarianceNormalization(ShapeContext& context) {
  static constexpr int64_t kDefault[] = {0, 2, 3};
  absl::Span<const int64_t> axes = kDefault;
  if (context.node.attributes.Has("axes")) axes = context.node.attributes.Ints("axes");
  KAIROS_RETURN_IF_ERROR(Annotate("attribute 'axes'", NormalAxes(axes, Rank(context, 0)).status()));
  return ShapeSame(context);
}

absl::Status ShapeLrn(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 3));
  return ShapeSame(context);
}

}  // namespace kairos

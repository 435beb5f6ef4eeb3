#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {

absl::Status ShapeLoss(ShapeContext& context) {
  KAIROS_RETURN_IF_ERROR(ExpectMinRank(context, 0, 2));
  const Shape& scores = InputShape(context, 0);
  Shape samples = scores;
  samples.erase(samples.begin() + 1);
  const std::string because = absl::StrCat("input 0 is ", ShapeString(scores));
  KAIROS_RETURN_IF_ERROR(ExpectShape(context, 1, samples, because));
  if (HasInput(context, 2)) {
    KAIROS_RETURN_IF_ERROR(ExpectShape(context, 2, {scores[1]}, because));
  }
  const DType dtype = InputType(context, 0).dtype;
  SetOutput(context, 1, dtype, scores);
  const bool reduces = context.node.attributes.String("reduction", "mean") != "none";
  SetOutput(context, 0, dtype, reduces ? Shape{} : samples);
  return absl::OkStatus();
}

}  // namespace kairos

#include <string>
#include <vector>

#include "rtconvert/upgrade_rules.h"

namespace kairos {
namespace {

bool IsEmptyConstant(const ValueFact& fact) {
  return fact.constant && fact.constant->type.element_count() == 0;
}

}  // namespace

absl::Status UpsampleFactorsToScales(UpgradeScope& scope) {
  const std::optional<float> height = scope.Take<float>("height_scale");
  const std::optional<float> width = scope.Take<float>("width_scale");
  if (!height || !width)
    return scope.Malformed("attributes 'height_scale', 'width_scale' are missing");
  scope.node.attributes.Set("scales", std::vector<float>{1, 1, *height, *width});
  if (scope.node.attributes.String("mode", "nearest") == "bilinear") {
    scope.node.attributes.Set("mode", std::string("linear"));
  }
  return absl::OkStatus();
}

absl::Status UpsampleScalesToInput(UpgradeScope& scope) {
  const auto scales = scope.Take<std::vector<float>>("scales");
  if (!scales) return scope.Malformed("attribute 'scales' is missing");
  scope.node.SetInput(1, scope.AddFloats("scales", *scales));
  return absl::OkStatus();
}

absl::Status UpsampleToResize(UpgradeScope& scope) {
  scope.node.op = "Resize";
  return absl::OkStatus();
}

absl::Status ResizeWithRoi(UpgradeScope& scope) {
  if (!scope.node.HasInput(1)) return scope.Malformed("input 'scales' is missing");
  scope.node.SetInput(2, scope.node.inputs[1]);
  scope.node.inputs[1].clear();
  // What opset 10 left to the reader; these are what its reference results were made with.
  scope.node.attributes.Set("coordinate_transformation_mode", std::string("asymmetric"));
  scope.node.attributes.Set("nearest_mode", std::string("floor"));
  return absl::OkStatus();
}

absl::Status ResizeOptionalInputs(UpgradeScope& scope) {
  if (scope.node.attributes.String("coordinate_transformation_mode", "") ==
      "tf_half_pixel_for_nn") {
    return scope.Unsupported(
        "coordinate_transformation_mode tf_half_pixel_for_nn is not supported");
  }
  // Empty tensors stood for inputs that were not meant.
  for (size_t i : {1, 2}) {
    if (scope.node.HasInput(i) && IsEmptyConstant(scope.InputFact(i))) scope.node.inputs[i].clear();
  }
  return absl::OkStatus();
}

}  // namespace kairos

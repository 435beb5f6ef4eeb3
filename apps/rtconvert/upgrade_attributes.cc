#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "rtconvert/upgrade_rules.h"

namespace kairos {

absl::Status DropConsumedInputs(UpgradeScope& scope) {
  scope.node.attributes.Erase("consumed_inputs");
  return absl::OkStatus();
}

absl::Status NormToInteger(UpgradeScope& scope) {
  const std::optional<float> p = scope.Take<float>("p");
  if (!p) return absl::OkStatus();
  if (!(*p >= 1 && *p < 1e6f) || *p != std::floor(*p)) {
    return scope.Unsupported(absl::StrCat("attribute 'p' that is no whole number, got ", *p));
  }
  scope.node.attributes.Set("p", static_cast<int64_t>(*p));
  return absl::OkStatus();
}

absl::Status PaddingsToPads(UpgradeScope& scope) {
  if (auto paddings = scope.Take<std::vector<int64_t>>("paddings")) {
    scope.node.attributes.Set("pads", *std::move(paddings));
  }
  return absl::OkStatus();
}

absl::Status DefaultAxisOne(UpgradeScope& scope) {
  if (!scope.node.attributes.Has("axis")) scope.node.attributes.Set("axis", int64_t{1});
  return absl::OkStatus();
}

absl::Status TypeNameToNumber(UpgradeScope& scope) {
  const std::optional<std::string> name = scope.Take<std::string>("to");
  if (!name) return absl::OkStatus();
  onnx_format::TensorProto::DataType type;
  if (!onnx_format::TensorProto::DataType_Parse(absl::AsciiStrToUpper(*name), &type)) {
    return scope.Malformed(absl::StrCat("attribute 'to' names no type, got ", Quoted(*name)));
  }
  scope.node.attributes.Set("to", static_cast<int64_t>(type));
  return absl::OkStatus();
}

absl::Status SeluDefaults(UpgradeScope& scope) {
  // The constants had fewer digits in opset 1.
  if (!scope.node.attributes.Has("alpha")) scope.node.attributes.Set("alpha", 1.6732f);
  if (!scope.node.attributes.Has("gamma")) scope.node.attributes.Set("gamma", 1.0507f);
  return absl::OkStatus();
}

absl::Status DropIsTest(UpgradeScope& scope) {
  scope.node.attributes.Erase("is_test");
  return absl::OkStatus();
}

absl::Status DropBroadcast(UpgradeScope& scope) {
  scope.node.attributes.Erase("broadcast");
  return absl::OkStatus();
}

absl::Status DropSpatial(UpgradeScope& scope) {
  if (scope.Take<int64_t>("spatial").value_or(1) != 1) {
    return scope.Unsupported("statistics per element (spatial=0) are not supported");
  }
  return absl::OkStatus();
}

absl::Status InferenceOnly(UpgradeScope& scope) {
  // Until opset 13 the number of outputs said whether the node trains.
  for (size_t i = 1; i < scope.node.outputs.size(); ++i) {
    if (scope.node.HasOutput(i)) {
      return scope.Unsupported("the training form with several outputs is not supported");
    }
  }
  scope.node.outputs.resize(1);
  return absl::OkStatus();
}

absl::Status ScatterToScatterElements(UpgradeScope& scope) {
  scope.node.op = "ScatterElements";
  return absl::OkStatus();
}

absl::Status CountOutputs(UpgradeScope& scope) {
  if (!scope.node.HasInput(1)) {
    scope.node.attributes.Set("num_outputs", static_cast<int64_t>(scope.node.outputs.size()));
  }
  return absl::OkStatus();
}

absl::Status DropOutputSequence(UpgradeScope& scope) {
  // Whether there is an output of all steps is told by its name.
  scope.node.attributes.Erase("output_sequence");
  return absl::OkStatus();
}

absl::Status OutputHalfPixel(UpgradeScope& scope) {
  if (!scope.node.attributes.Has("coordinate_transformation_mode")) {
    scope.node.attributes.Set("coordinate_transformation_mode", std::string("output_half_pixel"));
  }
  return absl::OkStatus();
}

absl::Status LinearModes(UpgradeScope& scope) {
  const absl::string_view mode = scope.node.attributes.String("mode", "bilinear");
  if (mode == "bilinear") scope.node.attributes.Set("mode", std::string("linear"));
  if (mode == "bicubic") scope.node.attributes.Set("mode", std::string("cubic"));
  return absl::OkStatus();
}

}  // namespace kairos

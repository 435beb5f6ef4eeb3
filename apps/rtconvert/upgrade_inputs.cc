#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/str_cat.h"

#include "rtconvert/upgrade_rules.h"

namespace kairos {
namespace {

using Ints = std::vector<int64_t>;

absl::Status Missing(const UpgradeScope& scope, absl::string_view attribute) {
  return scope.Malformed(absl::StrCat("attribute '", attribute, "' is missing"));
}

// The only element of an integer or float constant.
std::optional<int64_t> ScalarValue(const ValueFact& fact) {
  if (!fact.constant || fact.constant->type.element_count() != 1) return std::nullopt;
  switch (fact.dtype) {
    case DType::kInt64:
      return *static_cast<const int64_t*>(fact.constant->data);
    case DType::kInt32:
      return *static_cast<const int32_t*>(fact.constant->data);
    case DType::kFloat32: {
      const float value = *static_cast<const float*>(fact.constant->data);
      if (!(value > -1e9f && value < 1e9f)) return std::nullopt;
      return static_cast<int64_t>(value);
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

absl::Status AxesToInput(UpgradeScope& scope) {
  const std::optional<Ints> axes = scope.Take<Ints>("axes");
  // No axes meant all of them, and an absent input does.
  if (axes && !axes->empty()) scope.node.SetInput(1, scope.AddInts("axes", *axes));
  return absl::OkStatus();
}

absl::Status UnsqueezeAxesToInput(UpgradeScope& scope) {
  const std::optional<Ints> axes = scope.Take<Ints>("axes");
  if (!axes) return Missing(scope, "axes");
  scope.node.SetInput(1, scope.AddInts("axes", *axes));
  return absl::OkStatus();
}

absl::Status ShapeToInput(UpgradeScope& scope) {
  const std::optional<Ints> shape = scope.Take<Ints>("shape");
  if (!shape) return Missing(scope, "shape");
  scope.node.SetInput(1, scope.AddInts("shape", *shape));
  return absl::OkStatus();
}

absl::Status SplitToInput(UpgradeScope& scope) {
  const std::optional<Ints> split = scope.Take<Ints>("split");
  if (split && !split->empty()) scope.node.SetInput(1, scope.AddInts("split", *split));
  return absl::OkStatus();
}

absl::Status SliceBoundsToInputs(UpgradeScope& scope) {
  const std::optional<Ints> starts = scope.Take<Ints>("starts");
  const std::optional<Ints> ends = scope.Take<Ints>("ends");
  const std::optional<Ints> axes = scope.Take<Ints>("axes");
  if (!starts) return Missing(scope, "starts");
  if (!ends) return Missing(scope, "ends");
  scope.node.SetInput(1, scope.AddInts("starts", *starts));
  scope.node.SetInput(2, scope.AddInts("ends", *ends));
  if (axes && !axes->empty()) scope.node.SetInput(3, scope.AddInts("axes", *axes));
  return absl::OkStatus();
}

absl::Status PadsToInputs(UpgradeScope& scope) {
  const std::optional<Ints> pads = scope.Take<Ints>("pads");
  if (!pads) return Missing(scope, "pads");
  scope.node.SetInput(1, scope.AddInts("pads", *pads));
  const float value = scope.Take<float>("value").value_or(0);
  if (value == 0) return absl::OkStatus();
  absl::StatusOr<std::string> name = scope.AddScalarLikeInput("value", value);
  if (!name.ok()) return name.status();
  scope.node.SetInput(2, *std::move(name));
  return absl::OkStatus();
}

absl::Status BoundsToInputs(UpgradeScope& scope) {
  size_t slot = 1;
  for (absl::string_view bound : {"min", "max"}) {
    if (const std::optional<float> value = scope.Take<float>(bound)) {
      absl::StatusOr<std::string> name = scope.AddScalarLikeInput(bound, *value);
      if (!name.ok()) return name.status();
      scope.node.SetInput(slot, *std::move(name));
    }
    ++slot;
  }
  return absl::OkStatus();
}

absl::Status CountToInput(UpgradeScope& scope) {
  const std::optional<int64_t> k = scope.Take<int64_t>("k");
  if (!k) return Missing(scope, "k");
  scope.node.SetInput(1, scope.AddInts("k", {*k}));
  return absl::OkStatus();
}

absl::Status TilesToRepeats(UpgradeScope& scope) {
  const std::optional<int64_t> tiles = ScalarValue(scope.InputFact(1));
  const std::optional<int64_t> axis = ScalarValue(scope.InputFact(2));
  const std::optional<int64_t> rank = scope.InputFact(0).rank;
  if (!tiles || !axis || !rank) {
    return scope.Unsupported("opset 1 form with tiles, axis or rank that are not constant");
  }
  if (*axis < 0 || *axis >= *rank) {
    return scope.Malformed(absl::StrCat("axis ", *axis, " is outside of rank ", *rank));
  }
  Ints repeats(static_cast<size_t>(*rank), 1);
  repeats[static_cast<size_t>(*axis)] = *tiles;
  scope.node.inputs.resize(1);
  scope.node.SetInput(1, scope.AddInts("repeats", repeats));
  return absl::OkStatus();
}

absl::Status AxisToInput(UpgradeScope& scope) {
  const int64_t axis = scope.Take<int64_t>("axis").value_or(1);
  scope.node.SetInput(2, scope.AddInts("axis", {axis}));
  return absl::OkStatus();
}

absl::Status RatioToInput(UpgradeScope& scope) {
  const float ratio = scope.Take<float>("ratio").value_or(0.5f);
  if (scope.node.HasOutput(1)) {
    scope.node.SetInput(1, scope.AddFloats("ratio", {ratio}));
    return absl::OkStatus();
  }
  // Outside of training nothing is dropped.
  scope.node.op = "Identity";
  scope.node.outputs.resize(1);
  return absl::OkStatus();
}

}  // namespace kairos

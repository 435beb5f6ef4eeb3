#include <cstdint>

#include "rtconvert/upgrade_rules.h"

namespace kairos {

// The input was seen as a matrix, all dimensions from `axis` on being its rows.
absl::Status SoftmaxOfOneAxis(UpgradeScope& scope) {
  const int64_t axis = scope.node.attributes.Int("axis", 1);
  scope.node.attributes.Set("axis", int64_t{-1});
  const std::optional<int64_t> rank = scope.InputFact(0).rank;
  if (axis == -1 || (rank && axis == *rank - 1)) return absl::OkStatus();
  if (!scope.node.HasInput(0) || !scope.node.HasOutput(0))
    return scope.Malformed("no input or output");
  const std::string input = scope.node.inputs[0];
  const std::string shape = scope.InsertBefore("Shape", {input});
  scope.node.inputs[0] = scope.InsertBefore("Flatten", {input}, {{"axis", axis}});
  scope.AppendAfter("Reshape", {shape});
  return absl::OkStatus();
}

// Scale and bias had an element for each group; now each channel has its own.
absl::Status ScalePerChannel(UpgradeScope& scope) {
  const int64_t groups = scope.node.attributes.Int("num_groups", 0);
  if (groups < 1) return scope.Malformed("attribute 'num_groups' is missing or not positive");
  if (scope.node.inputs.size() != 3) return scope.Malformed("expected 3 inputs");
  const std::string channels = scope.InsertBefore("Shape", {scope.node.inputs[0]},
                                                  {{"start", int64_t{1}}, {"end", int64_t{2}}});
  const std::string per_group =
      scope.InsertBefore("Div", {channels, scope.AddInts("num_groups", {groups})});
  const std::string repeats =
      scope.InsertBefore("Concat", {scope.AddInts("one", {1}), per_group}, {{"axis", int64_t{0}}});
  const std::string last = scope.AddInts("axes", {1});
  const std::string flat = scope.AddInts("shape", {-1});
  for (size_t i : {1, 2}) {
    const std::string column = scope.InsertBefore("Unsqueeze", {scope.node.inputs[i], last});
    const std::string repeated = scope.InsertBefore("Expand", {column, repeats});
    scope.node.inputs[i] = scope.InsertBefore("Reshape", {repeated, flat});
  }
  return absl::OkStatus();
}

}  // namespace kairos

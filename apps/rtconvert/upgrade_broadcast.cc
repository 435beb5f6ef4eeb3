#include <cstdint>
#include <numeric>
#include <vector>

#include "absl/strings/str_cat.h"

#include "rtconvert/upgrade_rules.h"

namespace kairos {
namespace {

// Gives input 1 `count` dimensions of size 1 behind its own `rank`.
void AppendDimensions(UpgradeScope& scope, int64_t rank, int64_t count) {
  std::vector<int64_t> axes(static_cast<size_t>(count));
  std::iota(axes.begin(), axes.end(), rank);
  scope.node.inputs[1] =
      scope.InsertBefore("Unsqueeze", {scope.node.inputs[1], scope.AddInts("axes", axes)});
}

}  // namespace

absl::Status BroadcastByAxis(UpgradeScope& scope) {
  const bool broadcasts = scope.Take<int64_t>("broadcast").value_or(0) != 0;
  const std::optional<int64_t> axis_or_none = scope.Take<int64_t>("axis");
  // Without an axis the trailing dimensions are matched, as they are today.
  if (!broadcasts || !axis_or_none || !scope.node.HasInput(1)) return absl::OkStatus();
  const std::optional<int64_t> rank = scope.InputFact(0).rank;
  const std::optional<int64_t> second_rank = scope.InputFact(1).rank;
  if (!rank || !second_rank) {
    return scope.Unsupported("broadcast=1 with an axis, between ranks that are not known");
  }
  if (*second_rank == 0) return absl::OkStatus();
  const int64_t axis = *axis_or_none < 0 ? *axis_or_none + *rank : *axis_or_none;
  if (axis < 0 || axis > *rank || *second_rank > *rank - axis) {
    return scope.Malformed(absl::StrCat("attribute 'axis' does not fit, got ", *axis_or_none,
                                        " for ranks ", *rank, " and ", *second_rank));
  }
  const int64_t trailing = *rank - axis - *second_rank;
  if (trailing > 0) AppendDimensions(scope, *second_rank, trailing);
  return absl::OkStatus();
}

absl::Status SlopePerChannel(UpgradeScope& scope) {
  const ValueFact slope = scope.InputFact(1);
  const std::optional<int64_t> rank = scope.InputFact(0).rank;
  const bool one_slope = slope.constant && slope.constant->type.element_count() == 1;
  if (one_slope || (rank && *rank <= 2) || slope.rank.value_or(1) != 1) return absl::OkStatus();
  if (!rank || !slope.rank) return scope.Unsupported("slopes per channel of an unknown rank");
  AppendDimensions(scope, 1, *rank - 2);
  return absl::OkStatus();
}

}  // namespace kairos

#include <algorithm>
#include <vector>

#include "graph/axis_rules.h"
#include "graph/shape_context.h"

namespace kairos {
namespace {

// KeptAxis() for an operator that works along `axis` alone.
std::optional<int64_t> OtherThan(const AxisCut& cut, const absl::StatusOr<int64_t>& axis) {
  if (!axis.ok() || *axis == cut.axes[0]) return std::nullopt;
  return KeptAxis(cut);
}

// Where the cut axis is after these have been reduced.
std::optional<int64_t> Behind(const AxisCut& cut, absl::Span<const int64_t> reduced) {
  if (!cut.OnlyCut(0)) return std::nullopt;
  const int64_t axis = cut.axes[0];
  if (std::find(reduced.begin(), reduced.end(), axis) != reduced.end()) return std::nullopt;
  if (cut.context.node.attributes.Int("keepdims", 1) != 0) return axis;
  return axis - std::count_if(reduced.begin(), reduced.end(), [&](int64_t r) { return r < axis; });
}

// The axis that a scalar input names; `fallback` when it is absent.
absl::StatusOr<int64_t> AxisInput(const AxisCut& cut, size_t input, int64_t fallback) {
  if (!HasInput(cut.context, input)) return NormalAxis(fallback, Rank(cut.context, 0));
  const auto values = IntValues(cut.context, input, "axis", 1);
  if (!values.ok()) return values.status();
  if (values->empty()) return absl::InvalidArgumentError("axis has no element, expected one");
  return NormalAxis((*values)[0], Rank(cut.context, 0));
}

}  // namespace

std::optional<int64_t> ReduceAxis(const AxisCut& cut) {
  std::vector<int64_t> axes;
  if (HasInput(cut.context, 1)) {
    const auto given = IntValues(cut.context, 1, "axes");
    if (!given.ok()) return std::nullopt;
    const auto normal = NormalAxes(*given, Rank(cut.context, 0));
    if (!normal.ok()) return std::nullopt;
    axes = *normal;
  }
  if (axes.empty() && cut.context.node.attributes.Int("noop_with_empty_axes", 0) == 0) {
    return std::nullopt;
  }
  return Behind(cut, axes);
}

std::optional<int64_t> ArgReduceAxis(const AxisCut& cut) {
  const auto axis = AxisAttribute(cut.context, 0, Rank(cut.context, 0));
  if (!axis.ok()) return std::nullopt;
  return Behind(cut, {*axis});
}

std::optional<int64_t> OtherThanLastAxis(const AxisCut& cut) {
  return OtherThan(cut, AxisAttribute(cut.context, -1, Rank(cut.context, 0)));
}

std::optional<int64_t> LayerNormalizationAxis(const AxisCut& cut) {
  const auto first = AxisAttribute(cut.context, -1, Rank(cut.context, 0));
  if (!first.ok() || cut.axes[0] >= *first) return std::nullopt;
  return KeptAxis(cut);
}

std::optional<int64_t> MeanVarianceAxis(const AxisCut& cut) {
  static constexpr int64_t kDefault[] = {0, 2, 3};
  absl::Span<const int64_t> given = kDefault;
  if (cut.context.node.attributes.Has("axes")) given = cut.context.node.attributes.Ints("axes");
  const auto axes = NormalAxes(given, Rank(cut.context, 0));
  if (!axes.ok()) return std::nullopt;
  if (std::find(axes->begin(), axes->end(), cut.axes[0]) != axes->end()) return std::nullopt;
  return KeptAxis(cut);
}

std::optional<int64_t> CumSumAxis(const AxisCut& cut) {
  return OtherThan(cut, AxisInput(cut, 1, 0));
}

std::optional<int64_t> DftAxis(const AxisCut& cut) {
  // The last axis holds real and imaginary parts.
  if (cut.axes[0] == Rank(cut.context, 0) - 1) return std::nullopt;
  return OtherThan(cut, AxisInput(cut, 2, -2));
}

std::optional<int64_t> MatricesAxis(const AxisCut& cut) {
  if (cut.axes[0] >= Rank(cut.context, 0) - 2) return std::nullopt;
  return KeptAxis(cut);
}

}  // namespace kairos

#include <algorithm>

#include "graph/axis_rules.h"
#include "graph/shape_context.h"

namespace kairos {

std::optional<int64_t> GatherAxis(const AxisCut& cut) {
  const auto gathered = AxisAttribute(cut.context, 0, Rank(cut.context, 0));
  if (!gathered.ok()) return std::nullopt;
  if (cut.OnlyCut(1)) return *gathered + cut.axes[1];
  if (!cut.OnlyCut(0) || cut.axes[0] == *gathered) return std::nullopt;
  if (cut.axes[0] < *gathered) return cut.axes[0];
  return cut.axes[0] - 1 + Rank(cut.context, 1);
}

std::optional<int64_t> ElementsAxis(const AxisCut& cut) {
  const auto moved = AxisAttribute(cut.context, 0, Rank(cut.context, 0));
  if (!moved.ok() || cut.axes[0] == kWhole || *moved == cut.axes[0]) return std::nullopt;
  const auto axis = static_cast<size_t>(cut.axes[0]);
  for (size_t i = 0; i < cut.axes.size(); ++i) {
    if (cut.axes[i] != cut.axes[0]) return std::nullopt;
    if (InputShape(cut.context, i)[axis] != InputShape(cut.context, 0)[axis]) return std::nullopt;
  }
  return cut.axes[0];
}

std::optional<int64_t> GatherNdAxis(const AxisCut& cut) {
  const int64_t batch_dims = cut.context.node.attributes.Int("batch_dims", 0);
  // The last axis of the indices holds the parts of one index.
  const bool within = cut.axes[1] < Rank(cut.context, 1) - 1;
  if (cut.OnlyCut(1) && within && cut.axes[1] >= batch_dims) return cut.axes[1];
  if (cut.axes[0] != cut.axes[1] || cut.axes[0] >= batch_dims) return std::nullopt;
  return cut.axes[0];
}

std::optional<int64_t> OneHotAxis(const AxisCut& cut) {
  const auto added = AxisAttribute(cut.context, -1, Rank(cut.context, 0) + 1);
  if (!added.ok() || !cut.OnlyCut(0)) return std::nullopt;
  return cut.axes[0] < *added ? cut.axes[0] : cut.axes[0] + 1;
}

}  // namespace kairos

#include <algorithm>
#include <cstring>
#include <vector>

#include "graph/axis_rules.h"
#include "graph/shape_context.h"

namespace kairos {
namespace {

// The axes that input `input` lists, all of them when it is absent; false when that is not known.
bool ListedAxes(const AxisCut& cut, size_t input, size_t count, std::vector<int64_t>* axes) {
  axes->clear();
  if (!HasInput(cut.context, input)) {
    for (size_t i = 0; i < count; ++i) axes->push_back(static_cast<int64_t>(i));
    return true;
  }
  const auto given = IntValues(cut.context, input, "axes");
  if (!given.ok() || given->size() != count) return false;
  const auto normal = NormalAxes(*given, Rank(cut.context, 0));
  if (!normal.ok()) return false;
  *axes = *normal;
  return true;
}

}  // namespace

std::optional<int64_t> TransposeAxis(const AxisCut& cut) {
  const int64_t rank = Rank(cut.context, 0);
  const absl::Span<const int64_t> perm = cut.context.node.attributes.Ints("perm");
  if (perm.empty()) return rank - 1 - cut.axes[0];
  const auto at = std::find(perm.begin(), perm.end(), cut.axes[0]);
  if (at == perm.end()) return std::nullopt;
  return at - perm.begin();
}

// Elements keep their order, so items stay together where as many elements lie before and after
// each of them as in the input.
std::optional<int64_t> ReshapeAxis(const AxisCut& cut) {
  if (!cut.OnlyCut(0)) return std::nullopt;
  const Shape& from = InputShape(cut.context, 0);
  const Shape& to = cut.context.outputs[0].shape;
  const int64_t before = Volume(from, 0, cut.axes[0]);
  const int64_t per_item = Volume(from, cut.axes[0], static_cast<int64_t>(from.size())) / cut.items;
  std::optional<int64_t> found;
  for (int64_t axis = 0; axis < static_cast<int64_t>(to.size()); ++axis) {
    if (Volume(to, 0, axis) != before || to[static_cast<size_t>(axis)] % cut.items != 0) continue;
    if (Volume(to, axis, static_cast<int64_t>(to.size())) != per_item * cut.items) continue;
    // A single item stays whole in several places; its own axis is the natural one.
    if (!found.has_value() || axis == cut.axes[0]) found = axis;
  }
  return found;
}

std::optional<int64_t> ConcatAxis(const AxisCut& cut) {
  const auto joined = AxisAttribute(cut.context, 0, Rank(cut.context, 0));
  if (!joined.ok() || *joined == cut.axes[0]) return std::nullopt;
  const bool alike =
      std::all_of(cut.axes.begin(), cut.axes.end(), [&](int axis) { return axis == cut.axes[0]; });
  if (!alike) return std::nullopt;
  return cut.axes[0];
}

std::optional<int64_t> SplitAxis(const AxisCut& cut) {
  const auto split = AxisAttribute(cut.context, 0, Rank(cut.context, 0));
  if (!split.ok() || *split == cut.axes[0]) return std::nullopt;
  return KeptAxis(cut);
}

std::optional<int64_t> SliceAxis(const AxisCut& cut) {
  constexpr size_t kStarts = 1, kAxes = 3, kSteps = 4;
  if (!cut.OnlyCut(0) || !cut.SameExtent(0, cut.axes[0])) return std::nullopt;
  const auto starts = IntValues(cut.context, kStarts, "starts");
  std::vector<int64_t> axes;
  if (!starts.ok() || !ListedAxes(cut, kAxes, starts->size(), &axes)) return std::nullopt;
  const auto at = std::find(axes.begin(), axes.end(), cut.axes[0]);
  if (at == axes.end() || !HasInput(cut.context, kSteps)) return cut.axes[0];
  // Taken whole, unless backwards.
  const auto steps = IntValues(cut.context, kSteps, "steps");
  if (!steps.ok() || steps->size() != axes.size()) return std::nullopt;
  if ((*steps)[static_cast<size_t>(at - axes.begin())] != 1) return std::nullopt;
  return cut.axes[0];
}

std::optional<int64_t> PadAxis(const AxisCut& cut) {
  constexpr size_t kPads = 1, kAxes = 3;
  const auto pads = IntValues(cut.context, kPads, "pads", 2 * kMaxRank);
  std::vector<int64_t> axes;
  if (!cut.OnlyCut(0) || !pads.ok() || pads->size() % 2 != 0 ||
      !ListedAxes(cut, kAxes, pads->size() / 2, &axes)) {
    return std::nullopt;
  }
  for (size_t i = 0; i < axes.size(); ++i) {
    const bool untouched = (*pads)[i] == 0 && (*pads)[axes.size() + i] == 0;
    if (axes[i] == cut.axes[0] && !untouched) return std::nullopt;
  }
  return cut.axes[0];
}

std::optional<int64_t> SameExtentAxis(const AxisCut& cut) {
  if (!cut.OnlyCut(0) || !cut.SameExtent(0, cut.axes[0])) return std::nullopt;
  return cut.axes[0];
}

std::optional<int64_t> ExpandAxis(const AxisCut& cut) {
  const auto rank = static_cast<int64_t>(cut.context.outputs[0].shape.size());
  const int64_t axis = cut.axes[0] + rank - Rank(cut.context, 0);
  if (!cut.OnlyCut(0) || !cut.SameExtent(0, axis)) return std::nullopt;
  return axis;
}

std::optional<int64_t> ResizeAxis(const AxisCut& cut) {
  constexpr size_t kScales = 2, kSizes = 3;
  const Attributes& attributes = cut.context.node.attributes;
  // Kernels take images one by one; along other axes a neighbour may count with a weight of 0,
  // which a NaN there would show.
  if (cut.axes[0] != 0 || !cut.OnlyCut(0) || !cut.SameExtent(0, 0)) return std::nullopt;
  if (attributes.String("coordinate_transformation_mode", "") == "tf_crop_and_resize") {
    return std::nullopt;
  }
  int64_t listed = 0;
  if (attributes.Has("axes")) {
    const auto axes = NormalAxes(attributes.Ints("axes"), Rank(cut.context, 0));
    if (!axes.ok()) return std::nullopt;
    const auto at = std::find(axes->begin(), axes->end(), 0);
    if (at == axes->end()) return 0;
    listed = at - axes->begin();
  }
  if (HasInput(cut.context, kSizes)) {
    const bool stretched = attributes.String("keep_aspect_ratio_policy", "stretch") == "stretch";
    return stretched ? std::optional<int64_t>(0) : std::nullopt;
  }
  float scale = 0;
  if (!HasInput(cut.context, kScales) || cut.context.inputs[kScales].data == nullptr) {
    return std::nullopt;
  }
  std::memcpy(&scale, static_cast<const char*>(cut.context.inputs[kScales].data) + 4 * listed, 4);
  return scale == 1.0f ? std::optional<int64_t>(0) : std::nullopt;
}

}  // namespace kairos

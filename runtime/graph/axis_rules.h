// The rules behind FlowOfAxis(): per operator, either a pattern of axes or a function.
#ifndef KAIROS_RUNTIME_GRAPH_AXIS_RULES_H_
#define KAIROS_RUNTIME_GRAPH_AXIS_RULES_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "graph/axis_flow.h"
#include "graph/op_table.h"

namespace kairos {

// A node with at least one cut input, without its post-ops. Extents are divisible by `items`.
struct AxisCut {
  const ShapeContext& context;
  absl::Span<const int> axes;  // of the base inputs
  int64_t items;

  bool IsCut(size_t input) const { return input < axes.size() && axes[input] != kWhole; }
  bool OnlyCut(size_t input) const;  // this one and no other
  // Input `input` is cut along `axis`, and the output has the same extent along `output_axis`.
  bool SameExtent(size_t input, int64_t output_axis) const;
};

// The axis of every output.
using AxisRule = std::optional<int64_t> (*)(const AxisCut& cut);

// A row applies when its condition holds and its pattern fits: a digit is the axis along which an
// input is cut (an absent one fits too), '-' an input that is whole, as are all beyond the pattern.
// `outputs` are the axes of the outputs; those beyond must be absent. An operator may have several
// rows, of which the first that applies decides.
struct AxisRow {
  absl::string_view op;
  AxisRule rule = nullptr;  // instead of the patterns
  absl::string_view inputs = "", outputs = "";
  bool (*condition)(const ShapeContext& context) = nullptr;
};
absl::Span<const AxisRow> AxisRows();

// Operators that take each element of the output from the same place of broadcast inputs.
std::optional<int64_t> ElementwiseAxis(const AxisCut& cut);
// Of an operand of `shape` that broadcasts to `output_shape`: it is cut along what is axis
// `output_axis` there, or is whole and the same for all items.
bool BroadcastFollows(absl::Span<const int64_t> shape, int axis,
                      absl::Span<const int64_t> output_shape, int64_t output_axis);
// Input 0 alone is cut, and all keep its axis: always, or unless the operator works along it.
std::optional<int64_t> KeptAxis(const AxisCut& cut);
std::optional<int64_t> CastLikeAxis(const AxisCut& cut);
std::optional<int64_t> DropoutAxis(const AxisCut& cut);
std::optional<int64_t> BatchNormalizationAxis(const AxisCut& cut);
std::optional<int64_t> QuantizeAxis(const AxisCut& cut);

std::optional<int64_t> MatMulAxis(const AxisCut& cut);
std::optional<int64_t> MatMulIntegerAxis(const AxisCut& cut);
std::optional<int64_t> QLinearMatMulAxis(const AxisCut& cut);
std::optional<int64_t> GemmAxis(const AxisCut& cut);

// Operators that work along some axes: never the one that is cut.
std::optional<int64_t> ReduceAxis(const AxisCut& cut);
std::optional<int64_t> ArgReduceAxis(const AxisCut& cut);
std::optional<int64_t> OtherThanLastAxis(const AxisCut& cut);  // attribute "axis", default -1
std::optional<int64_t> LayerNormalizationAxis(const AxisCut& cut);
std::optional<int64_t> MeanVarianceAxis(const AxisCut& cut);
std::optional<int64_t> CumSumAxis(const AxisCut& cut);
std::optional<int64_t> DftAxis(const AxisCut& cut);
std::optional<int64_t> MatricesAxis(const AxisCut& cut);  // the last two are matrices

std::optional<int64_t> TransposeAxis(const AxisCut& cut);
std::optional<int64_t> ReshapeAxis(const AxisCut& cut);
std::optional<int64_t> ConcatAxis(const AxisCut& cut);
std::optional<int64_t> SplitAxis(const AxisCut& cut);
std::optional<int64_t> SliceAxis(const AxisCut& cut);
std::optional<int64_t> PadAxis(const AxisCut& cut);
std::optional<int64_t> SameExtentAxis(const AxisCut& cut);  // untouched when the extent is the same
std::optional<int64_t> ExpandAxis(const AxisCut& cut);
std::optional<int64_t> ResizeAxis(const AxisCut& cut);

std::optional<int64_t> GatherAxis(const AxisCut& cut);
std::optional<int64_t> ElementsAxis(const AxisCut& cut);  // GatherElements, ScatterElements
std::optional<int64_t> GatherNdAxis(const AxisCut& cut);
std::optional<int64_t> OneHotAxis(const AxisCut& cut);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_AXIS_RULES_H_

#include "graph/axis_rules.h"

namespace kairos {
namespace {

bool IsTimeFirst(const ShapeContext& context) {
  return context.node.attributes.Int("layout", 0) == 0;
}
bool IsBatchFirst(const ShapeContext& context) { return !IsTimeFirst(context); }
bool IsInference(const ShapeContext& context) {
  return context.node.attributes.Int("training_mode", 0) == 0;
}
bool IsUnreduced(const ShapeContext& context) {
  return context.node.attributes.String("reduction", "mean") == "none";
}
bool IsBatchThenTime(const ShapeContext& context) {
  return context.node.attributes.Int("batch_axis", 1) == 0;
}
bool IsTimeThenBatch(const ShapeContext& context) { return !IsBatchThenTime(context); }

constexpr AxisRow Pattern(absl::string_view op, absl::string_view inputs,
                          absl::string_view outputs = "0",
                          bool (*condition)(const ShapeContext&) = nullptr) {
  return {.op = op, .inputs = inputs, .outputs = outputs, .condition = condition};
}

// All outputs of an operator that has none of these rows but LayoutClass::kElementwise follow
// ElementwiseAxis().
constexpr AxisRow kRows[] = {
    {"BatchNormalization", BatchNormalizationAxis},
    Pattern("BatchNormalization", "10000", "1", IsInference),
    {"Cast", KeptAxis},
    {"CastLike", CastLikeAxis},
    {"Clip", KeptAxis},
    {"DequantizeLinear", QuantizeAxis},
    {"Dropout", DropoutAxis},
    {"Identity", KeptAxis},
    {"QuantizeLinear", QuantizeAxis},
    {"Reorder", KeptAxis},

    // Windows see one image at a time, and those of pools one channel.
    Pattern("AveragePool", "0"),
    Pattern("AveragePool", "1", "1"),
    Pattern("Col2Im", "0"),
    Pattern("Conv", "0"),
    Pattern("ConvInteger", "0"),
    Pattern("ConvTranspose", "0"),
    Pattern("DeformConv", "0-0-0"),
    Pattern("DepthToSpace", "0"),
    Pattern("GlobalAveragePool", "0"),
    Pattern("GlobalAveragePool", "1", "1"),
    Pattern("GlobalLpPool", "0"),
    Pattern("GlobalLpPool", "1", "1"),
    Pattern("GlobalMaxPool", "0"),
    Pattern("GlobalMaxPool", "1", "1"),
    Pattern("GridSample", "00"),
    Pattern("GroupNormalization", "0"),
    Pattern("InstanceNormalization", "0"),
    Pattern("LRN", "0"),
    Pattern("LpPool", "0"),
    Pattern("LpPool", "1", "1"),
    // Without output 1, whose indices count from the start of the whole input.
    Pattern("MaxPool", "0"),
    Pattern("MaxPool", "1", "1"),
    Pattern("QLinearConv", "0"),
    Pattern("SpaceToDepth", "0"),
    // One region each.
    Pattern("MaxRoiPool", "-0"),
    Pattern("RoiAlign", "-00"),
    {"Resize", ResizeAxis},

    Pattern("GRU", "1---01", "21", IsTimeFirst),
    Pattern("GRU", "0---00", "00", IsBatchFirst),
    Pattern("LSTM", "1---011", "211", IsTimeFirst),
    Pattern("LSTM", "0---000", "000", IsBatchFirst),
    Pattern("RNN", "1---01", "21", IsTimeFirst),
    Pattern("RNN", "0---00", "00", IsBatchFirst),
    Pattern("ReverseSequence", "00", "0", IsBatchThenTime),
    Pattern("ReverseSequence", "10", "1", IsTimeThenBatch),

    {"Gemm", GemmAxis},
    {"MatMul", MatMulAxis},
    {"MatMulInteger", MatMulIntegerAxis},
    {"QLinearMatMul", QLinearMatMulAxis},

    {"ArgMax", ArgReduceAxis},
    {"ArgMin", ArgReduceAxis},
    {"CumSum", CumSumAxis},
    {"DFT", DftAxis},
    {"Det", MatricesAxis},
    {"Hardmax", OtherThanLastAxis},
    {"LayerNormalization", LayerNormalizationAxis},
    {"LogSoftmax", OtherThanLastAxis},
    {"LpNormalization", OtherThanLastAxis},
    {"MeanVarianceNormalization", MeanVarianceAxis},
    Pattern("NegativeLogLikelihoodLoss", "00-", "0", IsUnreduced),
    {"ReduceL1", ReduceAxis},
    {"ReduceL2", ReduceAxis},
    {"ReduceLogSum", ReduceAxis},
    {"ReduceLogSumExp", ReduceAxis},
    {"ReduceMax", ReduceAxis},
    {"ReduceMean", ReduceAxis},
    {"ReduceMin", ReduceAxis},
    {"ReduceProd", ReduceAxis},
    {"ReduceSum", ReduceAxis},
    {"ReduceSumSquare", ReduceAxis},
    Pattern("STFT", "0"),
    {"Softmax", OtherThanLastAxis},
    Pattern("SoftmaxCrossEntropyLoss", "00-", "00", IsUnreduced),
    {"TopK", OtherThanLastAxis},
    {"Trilu", MatricesAxis},

    {"CenterCropPad", SameExtentAxis},
    {"Concat", ConcatAxis},
    {"Expand", ExpandAxis},
    {"Flatten", ReshapeAxis},
    {"Gather", GatherAxis},
    {"GatherElements", ElementsAxis},
    {"GatherND", GatherNdAxis},
    {"OneHot", OneHotAxis},
    {"Pad", PadAxis},
    {"Reshape", ReshapeAxis},
    {"ScatterElements", ElementsAxis},
    {"Slice", SliceAxis},
    {"Split", SplitAxis},
    {"Squeeze", ReshapeAxis},
    {"Tile", SameExtentAxis},
    {"Transpose", TransposeAxis},
    {"Unsqueeze", ReshapeAxis},
};

}  // namespace

absl::Span<const AxisRow> AxisRows() { return kRows; }

bool AxisCut::OnlyCut(size_t input) const {
  for (size_t i = 0; i < axes.size(); ++i) {
    if (IsCut(i) != (i == input)) return false;
  }
  return true;
}

bool AxisCut::SameExtent(size_t input, int64_t output_axis) const {
  const absl::Span<const int64_t> from = context.inputs[input].shape();
  const absl::Span<const int64_t> to = context.outputs[0].shape;
  return output_axis >= 0 && output_axis < static_cast<int64_t>(to.size()) &&
         from[static_cast<size_t>(axes[input])] == to[static_cast<size_t>(output_axis)];
}

}  // namespace kairos

#include "rtconvert/upgrade.h"

#include <iterator>

#include "absl/strings/str_cat.h"

#include "kairos/graph.h"
#include "rtconvert/tensor_reader.h"
#include "rtconvert/upgrade_rules.h"

namespace kairos {
namespace {

constexpr UpgradeRow kRows[] = {
    {"GlobalLpPool", 2, NormToInteger},
    {"LpPool", 2, NormToInteger},
    {"Pad", 2, PaddingsToPads},
    {"Concat", 4, DefaultAxisOne},
    {"Reshape", 5, ShapeToInput},
    {"", 6, DropConsumedInputs},
    {"Cast", 6, TypeNameToNumber},
    {"Selu", 6, SeluDefaults},
    {"Tile", 6, TilesToRepeats},
    {"Add", 7, BroadcastByAxis},
    {"And", 7, BroadcastByAxis},
    {"BatchNormalization", 7, DropIsTest},
    {"Div", 7, BroadcastByAxis},
    {"Dropout", 7, DropIsTest},
    {"Equal", 7, BroadcastByAxis},
    {"GRU", 7, DropOutputSequence},
    {"Gemm", 7, DropBroadcast},
    {"Greater", 7, BroadcastByAxis},
    {"LSTM", 7, DropOutputSequence},
    {"Less", 7, BroadcastByAxis},
    {"Mul", 7, BroadcastByAxis},
    {"Or", 7, BroadcastByAxis},
    {"PRelu", 7, SlopePerChannel},
    {"Pow", 7, BroadcastByAxis},
    {"RNN", 7, DropOutputSequence},
    {"Sub", 7, BroadcastByAxis},
    {"Upsample", 7, UpsampleFactorsToScales},
    {"Xor", 7, BroadcastByAxis},
    {"BatchNormalization", 9, DropSpatial},
    {"Scan", 9, ScanOverBatches},
    {"Upsample", 9, UpsampleScalesToInput},
    {"Slice", 10, SliceBoundsToInputs},
    {"TopK", 10, CountToInput},
    {"Upsample", 10, UpsampleToResize},
    {"Clip", 11, BoundsToInputs},
    {"Pad", 11, PadsToInputs},
    {"Resize", 11, ResizeWithRoi},
    {"Scatter", 11, ScatterToScatterElements},
    {"Dropout", 12, RatioToInput},
    {"Hardmax", 13, SoftmaxOfOneAxis},
    {"LogSoftmax", 13, SoftmaxOfOneAxis},
    {"ReduceSum", 13, AxesToInput},
    {"Resize", 13, ResizeOptionalInputs},
    {"Softmax", 13, SoftmaxOfOneAxis},
    {"Split", 13, SplitToInput},
    {"Squeeze", 13, AxesToInput},
    {"Unsqueeze", 13, UnsqueezeAxesToInput},
    {"BatchNormalization", 14, InferenceOnly},
    {"RoiAlign", 16, OutputHalfPixel},
    {"ReduceL1", 18, AxesToInput},
    {"ReduceL2", 18, AxesToInput},
    {"ReduceLogSum", 18, AxesToInput},
    {"ReduceLogSumExp", 18, AxesToInput},
    {"ReduceMax", 18, AxesToInput},
    {"ReduceMean", 18, AxesToInput},
    {"ReduceMin", 18, AxesToInput},
    {"ReduceProd", 18, AxesToInput},
    {"ReduceSumSquare", 18, AxesToInput},
    {"Split", 18, CountOutputs},
    {"DFT", 20, AxisToInput},
    {"GridSample", 20, LinearModes},
    {"GroupNormalization", 21, ScalePerChannel},
};

}  // namespace

std::string UpgradeScope::NewName(absl::string_view suffix) {
  return names_.Make(absl::StrCat(node.name, "/", suffix));
}

std::string UpgradeScope::AddConstant(absl::string_view suffix, Constant constant) {
  std::string name = NewName(suffix);
  facts_.AddConstant(name, constant);
  constants_.emplace_back(name, std::move(constant));
  return name;
}

std::string UpgradeScope::AddInts(absl::string_view suffix, absl::Span<const int64_t> values) {
  return AddConstant(suffix, NewIntsConstant(values));
}

std::string UpgradeScope::AddFloats(absl::string_view suffix, absl::Span<const float> values) {
  return AddConstant(suffix, NewFloatsConstant(values));
}

absl::StatusOr<std::string> UpgradeScope::AddScalarLikeInput(absl::string_view suffix,
                                                             float value) {
  const DType dtype = InputFact(0).dtype;
  if (dtype == DType::kUndefined) {
    return Unsupported(
        "the element type of input 0 is not known; run shape inference on the model");
  }
  std::string name = AddConstant(suffix, NewFloatsConstant({value}, /*scalar=*/true));
  if (dtype == DType::kFloat32) return name;
  return InsertBefore("Cast", {std::move(name)}, {{"to", static_cast<int64_t>(dtype)}});
}

std::string UpgradeScope::InsertBefore(absl::string_view op, std::vector<std::string> inputs,
                                       std::vector<Attributes::Entry> attributes) {
  OnnxNode added{.op = std::string(op), .name = NewName(op), .inputs = std::move(inputs)};
  added.outputs.push_back(added.name);
  for (Attributes::Entry& entry : attributes) {
    added.attributes.Set(entry.first, std::move(entry.second));
  }
  facts_.Infer(added);
  before_.push_back(std::move(added));
  return before_.back().outputs[0];
}

void UpgradeScope::AppendAfter(absl::string_view op, std::vector<std::string> more_inputs) {
  OnnxNode added{.op = std::string(op), .name = NewName(op)};
  std::string between = NewName("output");
  added.inputs.push_back(between);
  for (std::string& input : more_inputs) added.inputs.push_back(std::move(input));
  added.outputs.push_back(std::exchange(node.outputs[0], std::move(between)));
  after_.insert(after_.begin(), std::move(added));
}

absl::Status UpgradeScope::Unsupported(absl::string_view what) const {
  return absl::UnimplementedError(absl::StrCat("op ", node.op, ": ", what));
}

absl::Status UpgradeScope::Malformed(absl::string_view what) const {
  return absl::DataLossError(what);
}

std::vector<OnnxNode> UpgradeScope::TakeNodes() {
  std::vector<OnnxNode> nodes = std::move(before_);
  nodes.push_back(std::move(node));
  nodes.insert(nodes.end(), std::make_move_iterator(after_.begin()),
               std::make_move_iterator(after_.end()));
  return nodes;
}

absl::Span<const UpgradeRow> UpgradeRows() { return kRows; }

absl::Status UpgradeNode(int opset, UpgradeScope& scope) {
  if (!scope.node.domain.empty()) return absl::OkStatus();  // the rows are of the default domain
  for (const UpgradeRow& row : kRows) {
    if (row.opset <= opset || row.opset > kOpset) continue;
    if (!row.op.empty() && row.op != scope.node.op) continue;
    if (absl::Status status = row.upgrade(scope); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace kairos

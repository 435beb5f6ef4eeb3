// A test for each row of the upgrade table, which is itself a table: {operator, opset, check}.
#include "rtconvert/upgrade.h"

#include <doctest/doctest.h>
#include <iterator>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "unit/importer/model_proto.h"
#include "unit/importer/upgrade_fixture.h"

namespace kairos {
namespace {

using testing::Elements;

void AxesBecomeInput(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).Attr("axes", Ints{1, 2}).To(opset);
  CHECK(u.IntsAt(1) == Ints{1, 2});
  CHECK_FALSE(u.node().attributes.Has("axes"));
  CHECK(Upgrade(op, {"x"}).To(opset).node().inputs.size() == 1);
}

void UnsqueezeNeedsAxes(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).Attr("axes", Ints{0, 3}).To(opset).IntsAt(1) == Ints{0, 3});
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Apply(op, opset)));
}

void ShapeBecomesInput(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).Attr("shape", Ints{2, -1}).To(opset).IntsAt(1) == Ints{2, -1});
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Apply(op, opset)));
}

void SplitBecomesInput(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).Attr("split", Ints{2, 4}).To(opset).IntsAt(1) == Ints{2, 4});
  CHECK(Upgrade(op, {"x"}).To(opset).node().inputs.size() == 1);
}

void OutputsAreCounted(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}, {"a", "b", "c"}).To(opset);
  CHECK(u.node().attributes.Int("num_outputs", 0) == 3);
  CHECK_FALSE(
      Upgrade(op, {"x", "sizes"}, {"a", "b"}).To(opset).node().attributes.Has("num_outputs"));
}

void SliceBoundsBecomeInputs(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"});
  u.Attr("starts", Ints{1}).Attr("ends", Ints{9}).Attr("axes", Ints{2}).To(opset);
  CHECK(u.IntsAt(1) == Ints{1});
  CHECK(u.IntsAt(2) == Ints{9});
  CHECK(u.IntsAt(3) == Ints{2});
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Attr("starts", Ints{1}).Apply(op, opset)));
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Attr("ends", Ints{1}).Apply(op, opset)));
}

void PaddingsAreRenamed(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).Attr("paddings", Ints{1, 1}).To(opset);
  CHECK(u.node().attributes.Ints("pads") == Ints{1, 1});
}

void PadsBecomeInputs(absl::string_view op, int opset) {
  Upgrade u =
      Upgrade(op, {"x"}).Attr("pads", Ints{0, 2}).Attr("value", 3.0f).Ranked("x", 1).To(opset);
  CHECK(u.IntsAt(1) == Ints{0, 2});
  CHECK(u.FloatsAt(2) == Floats{3});
  CHECK(Upgrade(op, {"x"}).Attr("pads", Ints{0, 2}).To(opset).node().inputs.size() == 2);
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Apply(op, opset)));
}

void BoundsBecomeInputs(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).Attr("min", 0.0f).Attr("max", 6.0f).Ranked("x", 2).To(opset);
  CHECK(u.FloatsAt(1) == Floats{0});
  CHECK(u.FloatsAt(2) == Floats{6});
  Upgrade only_max = Upgrade(op, {"x"}).Attr("max", 6.0f).Ranked("x", 2).To(opset);
  CHECK(only_max.node().inputs[1].empty());
  CHECK(only_max.FloatsAt(2) == Floats{6});
  // In another element type than float32, the bound is cast to it.
  Upgrade half = Upgrade(op, {"x"}).Attr("max", 6.0f).Ranked("x", 2, DType::kFloat16).To(opset);
  CHECK(half.Ops() == std::vector<std::string>{"Cast", "Clip"});
  CHECK(half.node().attributes.Int("to", 0) == static_cast<int64_t>(DType::kFloat16));
  CHECK(half.node(1).inputs[2] == half.node(0).outputs[0]);
  CHECK(absl::IsUnimplemented(Upgrade(op, {"x"}).Attr("max", 6.0f).Apply(op, opset)));
}

void CountBecomesInput(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).Attr("k", int64_t{5}).To(opset).IntsAt(1) == Ints{5});
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Apply(op, opset)));
}

void TilesBecomeRepeats(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x", "tiles", "axis"}).Ranked("x", 3);
  u.WithInts("tiles", {4}).WithInts("axis", {1}).To(opset);
  CHECK(u.IntsAt(1) == Ints{1, 4, 1});
  CHECK(u.node().inputs.size() == 2);
  Upgrade outside = Upgrade(op, {"x", "tiles", "axis"}).Ranked("x", 1);
  CHECK(absl::IsDataLoss(outside.WithInts("tiles", {4}).WithInts("axis", {1}).Apply(op, opset)));
  CHECK(absl::IsUnimplemented(Upgrade(op, {"x", "tiles", "axis"}).Apply(op, opset)));
}

void ScanGetsABatchAround(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"", "state", "x"}, {"last", "all"});
  u.Attr("body", std::make_shared<const Graph>()).Attr("directions", Ints{1}).To(opset);
  CHECK(u.node().inputs == std::vector<std::string>{"state", "x"});
  CHECK(u.node().attributes.Int("num_scan_inputs", 0) == 2);
  const auto* body = std::get_if<std::shared_ptr<const Graph>>(u.node().attributes.Find("body"));
  REQUIRE(body != nullptr);
  CHECK((*body)->inputs.size() == 2);
  CHECK((*body)->outputs.size() == 2);
  REQUIRE((*body)->nodes.size() == 1);
  CHECK((*body)->nodes[0].op == "Scan");
  CHECK((*body)->nodes[0].attributes.Ints("scan_input_directions") == Ints{1});
  CHECK(absl::IsDataLoss(Upgrade(op, {}).Apply(op, opset)));
  CHECK(absl::IsUnimplemented(Upgrade(op, {"lengths", "x"}).Apply(op, opset)));
}

void DropoutIsIdentity(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).Attr("ratio", 0.1f).To(opset).Ops() ==
        std::vector<std::string>{"Identity"});
  Upgrade with_mask = Upgrade(op, {"x"}, {"y", "mask"}).Attr("ratio", 0.1f).To(opset);
  CHECK(with_mask.node().op == op);
  CHECK(with_mask.FloatsAt(1) == Floats{0.1f});
}

void ConsumedInputsAreDropped(absl::string_view, int opset) {
  Upgrade u = Upgrade("Relu", {"x"}).Attr("consumed_inputs", Ints{0});
  REQUIRE(u.Apply("", opset).ok());
  CHECK_FALSE(u.node().attributes.Has("consumed_inputs"));
}

void ConcatAxisIsOne(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).To(opset).node().attributes.Int("axis", 7) == 1);
  CHECK(Upgrade(op, {"x"}).Attr("axis", int64_t{0}).To(opset).node().attributes.Int("axis", 7) ==
        0);
}

void CastNamesItsType(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).Attr("to", std::string("INT64")).To(opset);
  CHECK(u.node().attributes.Int("to", 0) == static_cast<int64_t>(DType::kInt64));
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Attr("to", std::string("INT65")).Apply(op, opset)));
}

void SeluHasFewerDigits(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).To(opset);
  CHECK(u.node().attributes.Float("alpha", 0) == 1.6732f);
  CHECK(u.node().attributes.Float("gamma", 0) == 1.0507f);
}

void IsTestIsDropped(absl::string_view op, int opset) {
  CHECK_FALSE(
      Upgrade(op, {"x"}).Attr("is_test", int64_t{1}).To(opset).node().attributes.Has("is_test"));
}

void GemmBroadcastIsDropped(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"a", "b", "c"}).Attr("broadcast", int64_t{1}).To(opset);
  CHECK(u.node().attributes.entries().empty());
}

void SpatialMustBeOne(absl::string_view op, int opset) {
  CHECK(
      Upgrade(op, {"x"}).Attr("spatial", int64_t{1}).To(opset).node().attributes.entries().empty());
  CHECK(absl::IsUnimplemented(Upgrade(op, {"x"}).Attr("spatial", int64_t{0}).Apply(op, opset)));
}

void OneOutputIsInference(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}, {"y", "", ""}).To(opset).node().outputs.size() == 1);
  CHECK(absl::IsUnimplemented(Upgrade(op, {"x"}, {"y", "mean"}).Apply(op, opset)));
}

void ScatterIsRenamed(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x", "i", "u"}).To(opset).node().op == "ScatterElements");
}

void NormIsInteger(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).Attr("p", 2.0f).To(opset).node().attributes.Int("p", 0) == 2);
  CHECK(absl::IsUnimplemented(Upgrade(op, {"x"}).Attr("p", 1.5f).Apply(op, opset)));
}

void BroadcastsByAxis(absl::string_view op, int opset) {
  const auto make = [&] {
    return Upgrade(op, {"a", "b"}).Attr("broadcast", int64_t{1}).Attr("axis", int64_t{1});
  };
  Upgrade u = make().Ranked("a", 4).Ranked("b", 1).To(opset);
  REQUIRE(u.Ops() == std::vector<std::string>{"Unsqueeze", std::string(op)});
  CHECK(u.IntsAt(1) == Ints{1, 2});
  CHECK(u.node(1).inputs == std::vector<std::string>{"a", u.node(0).outputs[0]});
  CHECK(u.node(1).attributes.entries().empty());
  // Where the axis is the one that trailing dimensions match anyway, nothing is inserted.
  CHECK(make().Ranked("a", 2).Ranked("b", 1).To(opset).nodes.size() == 1);
  CHECK(make().Ranked("a", 3).Ranked("b", 0).To(opset).nodes.size() == 1);
  CHECK(absl::IsUnimplemented(make().Ranked("a", 4).Apply(op, opset)));
  CHECK(absl::IsDataLoss(make().Ranked("a", 2).Ranked("b", 2).Apply(op, opset)));
}

void SlopesArePerChannel(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x", "slope"}).Ranked("x", 4).Ranked("slope", 1).To(opset);
  REQUIRE(u.Ops() == std::vector<std::string>{"Unsqueeze", "PRelu"});
  CHECK(u.IntsAt(1) == Ints{1, 2});
  CHECK(Upgrade(op, {"x", "slope"}).Ranked("x", 2).Ranked("slope", 1).To(opset).nodes.size() == 1);
  CHECK(Upgrade(op, {"x", "slope"}).WithInts("slope", {1}).To(opset).nodes.size() == 1);
  CHECK(absl::IsUnimplemented(Upgrade(op, {"x", "slope"}).Ranked("slope", 1).Apply(op, opset)));
}

void UpsampleFactors(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).Attr("height_scale", 2.0f).Attr("width_scale", 3.0f);
  u.Attr("mode", std::string("bilinear")).To(opset);
  CHECK(u.node().attributes.Floats("scales") == Floats{1, 1, 2, 3});
  CHECK(u.node().attributes.String("mode", "") == "linear");
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Apply(op, opset)));
}

void UpsampleScales(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x"}).Attr("scales", Floats{1, 2}).To(opset).FloatsAt(1) == Floats{1, 2});
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Apply(op, opset)));
}

void UpsampleIsResize(absl::string_view op, int opset) {
  CHECK(Upgrade(op, {"x", "scales"}).To(opset).node().op == "Resize");
}

void ResizeGetsRoi(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x", "scales"}).To(opset);
  CHECK(u.node().inputs == std::vector<std::string>{"x", "", "scales"});
  CHECK(u.node().attributes.String("coordinate_transformation_mode", "") == "asymmetric");
  CHECK(u.node().attributes.String("nearest_mode", "") == "floor");
  CHECK(absl::IsDataLoss(Upgrade(op, {"x"}).Apply(op, opset)));
}

void EmptyResizeInputsAreAbsent(absl::string_view op, int opset) {
  Upgrade u =
      Upgrade(op, {"x", "roi", "scales", "sizes"}).WithInts("roi", {}).WithInts("scales", {});
  CHECK(u.To(opset).node().inputs == std::vector<std::string>{"x", "", "", "sizes"});
  Upgrade old_mode = Upgrade(op, {"x", "roi", "scales"});
  old_mode.Attr("coordinate_transformation_mode", std::string("tf_half_pixel_for_nn"));
  CHECK(absl::IsUnimplemented(old_mode.Apply(op, opset)));
}

void SoftmaxSawAMatrix(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).Ranked("x", 4).To(opset);
  REQUIRE(u.Ops() == std::vector<std::string>{"Shape", "Flatten", std::string(op), "Reshape"});
  CHECK(u.node(1).attributes.Int("axis", 0) == 1);
  CHECK(u.node(2).attributes.Int("axis", 0) == -1);
  CHECK(u.node(3).inputs == std::vector<std::string>{u.node(2).outputs[0], u.node(0).outputs[0]});
  CHECK(u.node(3).outputs == std::vector<std::string>{"y"});
  // On the last axis, both forms agree.
  Upgrade last = Upgrade(op, {"x"}).Ranked("x", 4).Attr("axis", int64_t{3}).To(opset);
  CHECK(last.Ops() == std::vector<std::string>{std::string(op)});
  CHECK(last.node().attributes.Int("axis", 0) == -1);
}

void GroupsBecomeChannels(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x", "scale", "bias"}).Attr("num_groups", int64_t{2}).To(opset);
  const std::vector<std::string> ops = u.Ops();
  CHECK(ops == std::vector<std::string>{"Shape", "Div", "Concat", "Unsqueeze", "Expand", "Reshape",
                                        "Unsqueeze", "Expand", "Reshape", "GroupNormalization"});
  CHECK(u.nodes.back().inputs ==
        std::vector<std::string>{"x", u.node(5).outputs[0], u.node(8).outputs[0]});
  CHECK(absl::IsDataLoss(Upgrade(op, {"x", "s", "b"}).Apply(op, opset)));
}

void OutputSequenceIsDropped(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x", "w", "r"}).Attr("output_sequence", int64_t{1}).To(opset);
  CHECK(u.node().attributes.entries().empty());
}

void RoisWereNotShifted(absl::string_view op, int opset) {
  const auto mode = [](const Upgrade& u) {
    return u.node().attributes.String("coordinate_transformation_mode", "");
  };
  CHECK(mode(Upgrade(op, {"x", "rois", "batch"}).To(opset)) == "output_half_pixel");
}

void ModesLoseTheirDimensions(absl::string_view op, int opset) {
  const auto mode = [&](absl::string_view given) {
    Upgrade u = Upgrade(op, {"x", "grid"}).Attr("mode", std::string(given)).To(opset);
    return std::string(u.node().attributes.String("mode", ""));
  };
  CHECK(mode("bilinear") == "linear");
  CHECK(mode("bicubic") == "cubic");
  CHECK(mode("nearest") == "nearest");
  CHECK(Upgrade(op, {"x", "grid"}).To(opset).node().attributes.String("mode", "") == "linear");
}

void AxisBecomesInput(absl::string_view op, int opset) {
  Upgrade u = Upgrade(op, {"x"}).Attr("axis", int64_t{2}).To(opset);
  CHECK(u.IntsAt(2) == Ints{2});
  CHECK(u.node().inputs[1].empty());
  CHECK_FALSE(u.node().attributes.Has("axis"));
  CHECK(Upgrade(op, {"x", "length"}).To(opset).IntsAt(2) == Ints{1});
}

struct UpgradeTest {
  absl::string_view op;
  int opset;
  void (*check)(absl::string_view op, int opset);
};

constexpr UpgradeTest kTests[] = {
    {"", 6, ConsumedInputsAreDropped},
    {"Add", 7, BroadcastsByAxis},
    {"And", 7, BroadcastsByAxis},
    {"BatchNormalization", 7, IsTestIsDropped},
    {"BatchNormalization", 9, SpatialMustBeOne},
    {"BatchNormalization", 14, OneOutputIsInference},
    {"Cast", 6, CastNamesItsType},
    {"Clip", 11, BoundsBecomeInputs},
    {"Concat", 4, ConcatAxisIsOne},
    {"DFT", 20, AxisBecomesInput},
    {"Div", 7, BroadcastsByAxis},
    {"Dropout", 7, IsTestIsDropped},
    {"Dropout", 12, DropoutIsIdentity},
    {"Equal", 7, BroadcastsByAxis},
    {"GRU", 7, OutputSequenceIsDropped},
    {"Gemm", 7, GemmBroadcastIsDropped},
    {"GlobalLpPool", 2, NormIsInteger},
    {"Greater", 7, BroadcastsByAxis},
    {"GridSample", 20, ModesLoseTheirDimensions},
    {"GroupNormalization", 21, GroupsBecomeChannels},
    {"Hardmax", 13, SoftmaxSawAMatrix},
    {"LSTM", 7, OutputSequenceIsDropped},
    {"Less", 7, BroadcastsByAxis},
    {"LpPool", 2, NormIsInteger},
    {"LogSoftmax", 13, SoftmaxSawAMatrix},
    {"Mul", 7, BroadcastsByAxis},
    {"Or", 7, BroadcastsByAxis},
    {"PRelu", 7, SlopesArePerChannel},
    {"Pad", 2, PaddingsAreRenamed},
    {"Pad", 11, PadsBecomeInputs},
    {"Pow", 7, BroadcastsByAxis},
    {"RNN", 7, OutputSequenceIsDropped},
    {"ReduceL1", 18, AxesBecomeInput},
    {"ReduceL2", 18, AxesBecomeInput},
    {"ReduceLogSum", 18, AxesBecomeInput},
    {"ReduceLogSumExp", 18, AxesBecomeInput},
    {"ReduceMax", 18, AxesBecomeInput},
    {"ReduceMean", 18, AxesBecomeInput},
    {"ReduceMin", 18, AxesBecomeInput},
    {"ReduceProd", 18, AxesBecomeInput},
    {"ReduceSum", 13, AxesBecomeInput},
    {"ReduceSumSquare", 18, AxesBecomeInput},
    {"Reshape", 5, ShapeBecomesInput},
    {"Resize", 11, ResizeGetsRoi},
    {"Resize", 13, EmptyResizeInputsAreAbsent},
    {"RoiAlign", 16, RoisWereNotShifted},
    {"Scan", 9, ScanGetsABatchAround},
    {"Scatter", 11, ScatterIsRenamed},
    {"Selu", 6, SeluHasFewerDigits},
    {"Slice", 10, SliceBoundsBecomeInputs},
    {"Softmax", 13, SoftmaxSawAMatrix},
    {"Split", 13, SplitBecomesInput},
    {"Split", 18, OutputsAreCounted},
    {"Squeeze", 13, AxesBecomeInput},
    {"Sub", 7, BroadcastsByAxis},
    {"Tile", 6, TilesBecomeRepeats},
    {"TopK", 10, CountBecomesInput},
    {"Unsqueeze", 13, UnsqueezeNeedsAxes},
    {"Upsample", 7, UpsampleFactors},
    {"Upsample", 9, UpsampleScales},
    {"Upsample", 10, UpsampleIsResize},
    {"Xor", 7, BroadcastsByAxis},
};

TEST_CASE("every row of the upgrade table has a test") {
  for (const UpgradeRow& row : UpgradeRows()) {
    CAPTURE(std::string(row.op));
    CAPTURE(row.opset);
    int tests = 0;
    for (const UpgradeTest& test : kTests) tests += test.op == row.op && test.opset == row.opset;
    CHECK(tests == 1);
  }
  CHECK(UpgradeRows().size() == std::size(kTests));
}

TEST_CASE("each row of the upgrade table produces the form of its opset") {
  for (const UpgradeTest& test : kTests) {
    CAPTURE(std::string(test.op));
    CAPTURE(test.opset);
    test.check(test.op, test.opset);
  }
}

}  // namespace
}  // namespace kairos

// The functions of the upgrade table, by kind of change. Each turns the form before the opset in
// its comment into the form since it.
#ifndef KAIROS_APPS_RTCONVERT_UPGRADE_RULES_H_
#define KAIROS_APPS_RTCONVERT_UPGRADE_RULES_H_

#include "absl/status/status.h"

#include "rtconvert/upgrade.h"

namespace kairos {

// upgrade_inputs.cc: an attribute becomes an input.
absl::Status AxesToInput(UpgradeScope& scope);  // Squeeze 13, ReduceSum 13, other Reduce* 18
absl::Status UnsqueezeAxesToInput(UpgradeScope& scope);  // 13
absl::Status ShapeToInput(UpgradeScope& scope);          // Reshape 5
absl::Status SplitToInput(UpgradeScope& scope);          // Split 13
absl::Status SliceBoundsToInputs(UpgradeScope& scope);   // Slice 10
absl::Status PadsToInputs(UpgradeScope& scope);          // Pad 11
absl::Status BoundsToInputs(UpgradeScope& scope);        // Clip 11
absl::Status CountToInput(UpgradeScope& scope);          // TopK 10
absl::Status TilesToRepeats(UpgradeScope& scope);        // Tile 6
absl::Status RatioToInput(UpgradeScope& scope);          // Dropout 12
absl::Status AxisToInput(UpgradeScope& scope);           // DFT 20

// upgrade_attributes.cc: attributes renamed, retyped, dropped or given another default.
absl::Status DropConsumedInputs(UpgradeScope& scope);        // all operators, 6
absl::Status NormToInteger(UpgradeScope& scope);             // LpPool 2
absl::Status PaddingsToPads(UpgradeScope& scope);            // Pad 2
absl::Status DefaultAxisOne(UpgradeScope& scope);            // Concat 4
absl::Status TypeNameToNumber(UpgradeScope& scope);          // Cast 6
absl::Status SeluDefaults(UpgradeScope& scope);              // Selu 6
absl::Status DropIsTest(UpgradeScope& scope);                // BatchNormalization 7, Dropout 7
absl::Status DropBroadcast(UpgradeScope& scope);             // Gemm 7
absl::Status DropSpatial(UpgradeScope& scope);               // BatchNormalization 9
absl::Status InferenceOnly(UpgradeScope& scope);             // BatchNormalization 14
absl::Status ScatterToScatterElements(UpgradeScope& scope);  // Scatter 11
absl::Status CountOutputs(UpgradeScope& scope);              // Split 18
absl::Status DropOutputSequence(UpgradeScope& scope);        // RNN, GRU, LSTM 7
absl::Status OutputHalfPixel(UpgradeScope& scope);           // RoiAlign 16
absl::Status LinearModes(UpgradeScope& scope);               // GridSample 20

// upgrade_broadcast.cc
absl::Status BroadcastByAxis(UpgradeScope& scope);  // Add, Mul, And, Less ... 7
absl::Status SlopePerChannel(UpgradeScope& scope);  // PRelu 7

// upgrade_resize.cc
absl::Status UpsampleFactorsToScales(UpgradeScope& scope);  // Upsample 7
absl::Status UpsampleScalesToInput(UpgradeScope& scope);    // Upsample 9
absl::Status UpsampleToResize(UpgradeScope& scope);         // Upsample 10
absl::Status ResizeWithRoi(UpgradeScope& scope);            // Resize 11
absl::Status ResizeOptionalInputs(UpgradeScope& scope);     // Resize 13

// upgrade_scan.cc
absl::Status ScanOverBatches(UpgradeScope& scope);  // Scan 9

// upgrade_norm.cc
absl::Status SoftmaxOfOneAxis(UpgradeScope& scope);  // Softmax, LogSoftmax, Hardmax 13
absl::Status ScalePerChannel(UpgradeScope& scope);   // GroupNormalization 21

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_UPGRADE_RULES_H_

#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kOutputType = {.name = "output_datatype", .type = AttributeType::kDType};
constexpr AttributeSpec kDft[] = {Flag("inverse"), Flag("onesided")};
constexpr AttributeSpec kStft[] = {Flag("onesided")};
constexpr AttributeSpec kMelWeightMatrix[] = {kOutputType};
constexpr AttributeSpec kWindow[] = {kOutputType, Flag("periodic")};

constexpr OpInfo Window(absl::string_view op) {
  return Row(op, 1, 1, "x", ShapeWindow, kWindow, Inputs(0));
}

constexpr OpInfo kRows[] = {
    Row("DFT", 1, 3, "Fxl", ShapeDft, kDft, Inputs(1, 2)),
    Row("MelWeightMatrix", 5, 5, "xxxff", ShapeMelWeightMatrix, kMelWeightMatrix, Inputs(0, 1)),
    Row("STFT", 2, 4, "FxFx", ShapeStft, kStft, Inputs(1, 3)),
    Window("BlackmanWindow"),
    Window("HammingWindow"),
    Window("HannWindow"),
};

}  // namespace

absl::Span<const OpInfo> SignalRows() { return kRows; }

}  // namespace kairos

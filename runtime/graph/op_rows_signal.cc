#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kOutputType = {.name = "output_datatype", .type = AttributeType::kDType};
constexpr AttributeSpec kDft[] = {Flag("inverse"), Flag("onesided")};
constexpr AttributeSpec kStft[] = {Flag("onesided")};
constexpr AttributeSpec kMelWeightMatrix[] = {kOutputType};
constexpr AttributeSpec kWindow[] = {kOutputType, Flag("periodic")};

// `shape_inputs` are the lengths, steps and axes, whose values decide the shape.
constexpr OpInfo Transform(absl::string_view op, int min_inputs, int max_inputs,
                           absl::string_view types, ShapeFunction shape_function,
                           absl::Span<const AttributeSpec> attributes, uint32_t shape_inputs) {
  return {.op = op,
          .min_inputs = min_inputs,
          .max_inputs = max_inputs,
          .input_types = types,
          .shape_function = shape_function,
          .attributes = attributes,
          .shape_inputs = shape_inputs,
          .value_inputs = shape_inputs};
}

constexpr OpInfo Window(absl::string_view op) {
  return Transform(op, 1, 1, "x", ShapeWindow, kWindow, Inputs(0));
}

constexpr OpInfo kRows[] = {
    Transform("DFT", 1, 3, "Fxl", ShapeDft, kDft, Inputs(1, 2)),
    Transform("MelWeightMatrix", 5, 5, "xxxff", ShapeMelWeightMatrix, kMelWeightMatrix,
              Inputs(0, 1)),
    Transform("STFT", 2, 4, "FxFx", ShapeStft, kStft, Inputs(1, 3)),
    Window("BlackmanWindow"),
    Window("HammingWindow"),
    Window("HannWindow"),
};

}  // namespace

absl::Span<const OpInfo> SignalRows() { return kRows; }

}  // namespace kairos

#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kActivationAlpha = {.name = "activation_alpha",
                                            .type = AttributeType::kFloats};
constexpr AttributeSpec kActivationBeta = {.name = "activation_beta",
                                           .type = AttributeType::kFloats};
constexpr AttributeSpec kActivations = {.name = "activations", .type = AttributeType::kStrings};
constexpr AttributeSpec kClip = Float("clip");
constexpr AttributeSpec kDirection = Choice("direction", "forward|reverse|bidirectional");
constexpr AttributeSpec kHiddenSize = IntFrom("hidden_size", 1);
constexpr AttributeSpec kLayout = Flag("layout");

constexpr AttributeSpec kRnn[] = {kActivationAlpha, kActivationBeta, kActivations, kClip,
                                  kDirection,       kHiddenSize,     kLayout};
constexpr AttributeSpec kGru[] = {
    kActivationAlpha, kActivationBeta, kActivations, kClip,
    kDirection,       kHiddenSize,     kLayout,      Int("linear_before_reset")};
constexpr AttributeSpec kLstm[] = {
    kActivationAlpha, kActivationBeta, kActivations, kClip,
    kDirection,       kHiddenSize,     kLayout,      Int("input_forget")};

// Inputs: X, W, R, B, sequence_lens, initial_h, and of LSTM initial_c and P. Any output may be
// absent.
constexpr OpInfo Recurrent(absl::string_view op, int max_inputs, int max_outputs,
                           absl::Span<const AttributeSpec> attributes) {
  return {.op = op,
          .min_inputs = 3,
          .max_inputs = max_inputs,
          .min_outputs = 0,
          .max_outputs = max_outputs,
          .input_types = "FFFFjF",
          .shape_function = ShapeRecurrent,
          .attributes = attributes};
}

constexpr OpInfo kRows[] = {
    Recurrent("GRU", 6, 2, kGru),
    Recurrent("LSTM", 8, 3, kLstm),
    Recurrent("RNN", 6, 2, kRnn),
};

}  // namespace

absl::Span<const OpInfo> RecurrentRows() { return kRows; }

}  // namespace kairos

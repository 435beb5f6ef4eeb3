#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr absl::string_view kTrainingDomain = "ai.onnx.preview.training";

constexpr AttributeSpec kNorm = Float("norm_coefficient");
constexpr AttributeSpec kAdagrad[] = {Float("decay_factor"), Float("epsilon"), kNorm};
constexpr AttributeSpec kAdam[] = {Float("alpha"), Float("beta"), Float("epsilon"), kNorm,
                                   Float("norm_coefficient_post")};
constexpr AttributeSpec kMomentum[] = {Required(Float("alpha")), Required(Float("beta")),
                                       Required(Choice("mode", "standard|nesterov")),
                                       Required(kNorm)};

// Inputs: the learning rate, the step, all tensors, all gradients, then each state of all tensors.
// Outputs: all tensors and each state.
constexpr OpInfo Optimizer(absl::string_view op, absl::Span<const AttributeSpec> attributes) {
  return {.domain = kTrainingDomain,
          .op = op,
          .min_inputs = 3,
          .max_inputs = -1,
          .max_outputs = -1,
          .input_types = "wlw",
          .shape_function = ShapeOptimizer,
          .attributes = attributes};
}

constexpr OpInfo kRows[] = {
    Optimizer("Adagrad", kAdagrad),
    Optimizer("Adam", kAdam),
    Optimizer("Momentum", kMomentum),
};

}  // namespace

absl::Span<const OpInfo> OptimizerRows() { return kRows; }

}  // namespace kairos

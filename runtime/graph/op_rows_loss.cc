#include "graph/op_rows.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

constexpr AttributeSpec kLoss[] = {Int("ignore_index"), Choice("reduction", "none|sum|mean")};

constexpr OpInfo Loss(absl::string_view op, int max_outputs) {
  return {.op = op,
          .min_inputs = 2,
          .max_inputs = 3,
          .max_outputs = max_outputs,
          .input_types = "FxF",
          .shape_function = ShapeLoss,
          .attributes = kLoss};
}

constexpr OpInfo kRows[] = {
    Loss("NegativeLogLikelihoodLoss", 1),
    Loss("SoftmaxCrossEntropyLoss", 2),
};

}  // namespace

absl::Span<const OpInfo> LossRows() { return kRows; }

}  // namespace kairos

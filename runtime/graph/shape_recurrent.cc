#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {
namespace {

struct Cell {
  absl::string_view op;
  int64_t gates;
  size_t activations;  // for each direction
};
constexpr Cell kCells[] = {{"GRU", 3, 2}, {"LSTM", 4, 3}, {"RNN", 1, 1}};

constexpr absl::string_view kActivations[] = {
    "Affine",  "Elu",      "HardSigmoid", "LeakyRelu", "Relu",           "ScaledTanh",
    "Sigmoid", "Softplus", "Softsign",    "Tanh",      "ThresholdedRelu"};

absl::Status CheckActivations(const Node& node, size_t count) {
  const Attribute* attribute = node.attributes.Find("activations");
  if (attribute == nullptr) return absl::OkStatus();
  const auto& names = std::get<std::vector<std::string>>(*attribute);
  if (names.size() != count) {
    return absl::InvalidArgumentError(
        absl::StrCat("attribute 'activations' has ", names.size(), " elements, expected ", count));
  }
  for (const std::string& name : names) {
    // Exporters differ in case.
    const bool known = std::any_of(
        std::begin(kActivations), std::end(kActivations),
        [&](absl::string_view activation) { return absl::EqualsIgnoreCase(activation, name); });
    if (known) continue;
    return absl::InvalidArgumentError(absl::StrCat("attribute 'activations' has '", Printable(name),
                                                   "', expected names of activation functions"));
  }
  return absl::OkStatus();
}

absl::Status CheckHiddenSize(const ShapeContext& context, int64_t hidden) {
  const int64_t stated = context.node.attributes.Int("hidden_size", hidden);
  if (stated == hidden && hidden > 0) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("input 2 has shape ", ShapeString(InputShape(context, 2)), ", expected ",
                   std::max<int64_t>(stated, 1), " columns, the size of the hidden state"));
}

}  // namespace

absl::Status ShapeRecurrent(ShapeContext& context) {
  const Attributes& attributes = context.node.attributes;
  const Cell& cell = *std::find_if(std::begin(kCells), std::end(kCells),
                                   [&](const Cell& row) { return row.op == context.node.op; });
  const int64_t directions = attributes.String("direction", "forward") == "bidirectional" ? 2 : 1;
  KAIROS_RETURN_IF_ERROR(
      CheckActivations(context.node, cell.activations * static_cast<size_t>(directions)));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 0, 3));
  KAIROS_RETURN_IF_ERROR(ExpectRank(context, 2, 3));
  const Shape& src = InputShape(context, 0);
  const int64_t hidden = InputShape(context, 2)[2];
  KAIROS_RETURN_IF_ERROR(CheckHiddenSize(context, hidden));
  const bool batch_first = attributes.Int("layout", 0) != 0;
  const int64_t steps = src[batch_first ? 1 : 0], batch = src[batch_first ? 0 : 1];
  const Shape state =
      batch_first ? Shape{batch, directions, hidden} : Shape{directions, batch, hidden};
  const Shape expected[] = {{directions, cell.gates * hidden, src[2]},
                            {directions, cell.gates * hidden, hidden},
                            {directions, 2 * cell.gates * hidden},
                            {batch},
                            state,
                            state,
                            {directions, 3 * hidden}};
  for (size_t i = 1; i < context.inputs.size(); ++i) {
    if (!HasInput(context, i)) continue;
    KAIROS_RETURN_IF_ERROR(ExpectShape(
        context, i, expected[i - 1],
        absl::StrCat("input 0 is ", ShapeString(src), ", the hidden size ", hidden, " and there ",
                     directions == 2 ? "are 2 directions" : "is 1 direction")));
  }
  const DType dtype = InputType(context, 0).dtype;
  SetOutput(context, 0, dtype,
            batch_first ? Shape{batch, steps, directions, hidden}
                        : Shape{steps, directions, batch, hidden});
  SetOutput(context, 1, dtype, state);
  SetOutput(context, 2, dtype, state);
  return absl::OkStatus();
}

}  // namespace kairos

#include "kairos/node_cost.h"

#include <algorithm>

namespace kairos {
namespace {

double Elements(const TensorType& type) { return static_cast<double>(type.element_count()); }

bool IsRecurrent(const Node& node) {
  return node.op == "LSTM" || node.op == "GRU" || node.op == "RNN";
}

}  // namespace

double FlopOf(const Node& node, absl::Span<const Operand> inputs,
              absl::Span<const Operand> outputs) {
  if (!node.domain.empty() || inputs.size() < 2 || outputs.empty()) return 0;
  if (!inputs[0].present || !inputs[1].present) return 0;
  const TensorType &a = inputs[0].type, &b = inputs[1].type, &y = outputs[0].type;
  if (IsRecurrent(node) && inputs.size() > 2 && inputs[2].present && a.shape.size() == 3) {
    const double steps = static_cast<double>(a.shape[0] * a.shape[1]);
    return 2 * steps * (Elements(b) + Elements(inputs[2].type));
  }
  if (!outputs[0].present || b.shape.empty() || a.shape.empty()) return 0;
  const double per_row = Elements(b) / std::max<double>(1, static_cast<double>(b.shape[0]));
  if (node.op == "Conv") return 2 * Elements(y) * per_row;
  if (node.op == "ConvTranspose") return 2 * Elements(a) * per_row;
  if (node.op == "MatMul") return 2 * Elements(y) * static_cast<double>(a.shape.back());
  if (node.op == "Gemm" && !y.shape.empty()) {
    const double rows = std::max<double>(1, static_cast<double>(y.shape[0]));
    return 2 * Elements(y) * Elements(a) / rows;
  }
  return 0;
}

}  // namespace kairos

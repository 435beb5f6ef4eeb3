#include <optional>
#include <utility>

#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

constexpr char kPass[] = "recognise_activations";

// The other input of a two-input node, or kNoValue when `id` is not one of them.
ValueId OtherInput(const Node& node, ValueId id) {
  if (node.inputs.size() != 2) return kNoValue;
  if (node.inputs[0] == id) return node.inputs[1];
  return node.inputs[1] == id ? node.inputs[0] : kNoValue;
}

bool UsedOnce(const GraphEditor& editor, ValueId id) { return editor.use_count(id) == 1; }

// x when `id` is clip(x + 3, 0, 6), each step read by nobody else.
std::optional<ValueId> MatchRelu6Plus3(GraphEditor& editor, ValueId id) {
  const size_t clip = editor.producer(id, "Clip");
  if (clip == GraphEditor::kNone || !UsedOnce(editor, id)) return std::nullopt;
  const Node& bounds = editor.node(clip);
  if (bounds.inputs.size() != 3 || !editor.IsScalarNear(bounds.inputs[2], 6.0f)) {
    return std::nullopt;
  }
  float low;
  if (!editor.IsScalar(bounds.inputs[1], &low) || low != 0.0f) return std::nullopt;
  const size_t add = editor.producer(bounds.inputs[0], "Add");
  if (add == GraphEditor::kNone || !UsedOnce(editor, bounds.inputs[0])) return std::nullopt;
  const Node& sum = editor.node(add);
  for (size_t side : {0, 1}) {
    if (editor.IsScalarNear(sum.inputs[side], 3.0f)) return sum.inputs[1 - side];
  }
  return std::nullopt;
}

bool IsDivisionBy6(GraphEditor& editor, const Node& node, ValueId* numerator) {
  if (node.op == "Div" && editor.IsScalarNear(node.inputs[1], 6.0f)) {
    *numerator = node.inputs[0];
    return true;
  }
  if (node.op != "Mul") return false;
  for (size_t side : {0, 1}) {
    if (!editor.IsScalarNear(node.inputs[side], 1.0f / 6.0f)) continue;
    *numerator = node.inputs[1 - side];
    return true;
  }
  return false;
}

// hard_sigmoid(x) with alpha 1/6 and beta 1/2 in any of its spellings.
std::optional<ValueId> MatchHardSigmoid(GraphEditor& editor, ValueId id) {
  const size_t index = editor.producer(id);
  if (index == GraphEditor::kNone || !UsedOnce(editor, id)) return std::nullopt;
  const Node& node = editor.node(index);
  if (!node.domain.empty() || !node.post_ops.empty()) return std::nullopt;
  if (node.op == "HardSigmoid") {
    const float alpha = node.attributes.Float("alpha", 0.2f);
    const float beta = node.attributes.Float("beta", 0.5f);
    const bool fits = alpha > 0.16666f && alpha < 0.16667f && beta == 0.5f;
    return fits ? std::optional(node.inputs[0]) : std::nullopt;
  }
  ValueId numerator;
  if (!IsDivisionBy6(editor, node, &numerator)) return std::nullopt;
  return MatchRelu6Plus3(editor, numerator);
}

struct Match {
  ValueId x;
  const char* op;
  const char* domain;
};

std::optional<Match> MatchHardSwish(GraphEditor& editor, const Node& node) {
  // x * hard_sigmoid(x)
  if (node.op == "Mul") {
    for (size_t side : {0, 1}) {
      std::optional<ValueId> x = MatchHardSigmoid(editor, node.inputs[side]);
      if (x.has_value() && *x == node.inputs[1 - side]) return Match{*x, "HardSwish", ""};
    }
  }
  // (x * clip(x + 3, 0, 6)) / 6
  ValueId numerator;
  if (!IsDivisionBy6(editor, node, &numerator)) return std::nullopt;
  const size_t mul = editor.producer(numerator, "Mul");
  if (mul == GraphEditor::kNone || !UsedOnce(editor, numerator)) return std::nullopt;
  for (ValueId side : editor.node(mul).inputs) {
    std::optional<ValueId> x = MatchRelu6Plus3(editor, side);
    if (x.has_value() && OtherInput(editor.node(mul), side) == *x) {
      return Match{*x, "HardSwish", ""};
    }
  }
  return std::nullopt;
}

std::optional<Match> MatchSwish(GraphEditor& editor, const Node& node) {
  if (node.op != "Mul") return std::nullopt;
  for (size_t side : {0, 1}) {
    const ValueId gate = node.inputs[side];
    const size_t sigmoid = editor.producer(gate, "Sigmoid");
    if (sigmoid == GraphEditor::kNone || !UsedOnce(editor, gate)) continue;
    const ValueId x = editor.node(sigmoid).inputs[0];
    if (x == node.inputs[1 - side]) return Match{x, "Swish", kKairosDomain};
  }
  return std::nullopt;
}

}  // namespace

absl::Status RecogniseActivations(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const Node& node = editor.node(n);
    if (!node.domain.empty() || !node.post_ops.empty() || node.inputs.size() != 2) continue;
    std::optional<Match> match = MatchHardSwish(editor, node);
    if (!match.has_value()) match = MatchSwish(editor, node);
    if (!match.has_value()) continue;
    // Constants of one element may still have a rank that x has not.
    const TensorType& x = (*context.types)[static_cast<size_t>(match->x)];
    const TensorType& y = (*context.types)[static_cast<size_t>(node.outputs[0])];
    if (x != y || x.dtype != DType::kFloat32) continue;
    Report(context, kPass, NodeLabel(node) + " becomes " + match->op);
    Node replacement;
    replacement.op = match->op;
    replacement.domain = match->domain;
    replacement.name = node.name;
    replacement.inputs = {match->x};
    replacement.outputs = node.outputs;
    editor.Replace(n, std::move(replacement));
  }
  editor.Finish();
  return RemoveDeadCode({}, graph);
}

}  // namespace kairos

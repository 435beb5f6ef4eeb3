#include <optional>

#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

// y = (x - mean(x)) / sqrt(mean((x - mean(x))^2) + epsilon) [* scale] [+ bias]
struct Match {
  ValueId x = kNoValue;
  float epsilon = 0;
};

class Matcher {
 public:
  Matcher(GraphEditor& editor, const std::vector<TensorType>& types)
      : editor_(editor), types_(types) {}

  // `node` is the division.
  std::optional<Match> MatchDivision(const Node& node) {
    if (node.op != "Div") return std::nullopt;
    const ValueId centred = node.inputs[0];
    const size_t sqrt = editor_.producer(node.inputs[1], "Sqrt");
    if (sqrt == GraphEditor::kNone) return std::nullopt;
    const size_t add = editor_.producer(editor_.node(sqrt).inputs[0], "Add");
    if (add == GraphEditor::kNone) return std::nullopt;
    Match match;
    const Node& shifted = editor_.node(add);
    if (!editor_.IsScalar(shifted.inputs[1], &match.epsilon)) return std::nullopt;
    if (!MatchVariance(shifted.inputs[0], centred)) return std::nullopt;
    const size_t sub = editor_.producer(centred, "Sub");
    if (sub == GraphEditor::kNone) return std::nullopt;
    match.x = editor_.node(sub).inputs[0];
    if (!IsMeanOfLastAxis(editor_.node(sub).inputs[1], match.x)) return std::nullopt;
    return match;
  }

  const TensorType& type(ValueId id) const { return types_[static_cast<size_t>(id)]; }

 private:
  bool MatchVariance(ValueId id, ValueId centred) {
    const size_t mean = editor_.producer(id, "ReduceMean");
    if (mean == GraphEditor::kNone) return false;
    const ValueId squared = editor_.node(mean).inputs[0];
    if (!IsMeanOfLastAxis(id, squared)) return false;
    const size_t pow = editor_.producer(squared, "Pow");
    if (pow != GraphEditor::kNone) {
      const Node& node = editor_.node(pow);
      return node.inputs[0] == centred && editor_.IsScalarNear(node.inputs[1], 2.0f);
    }
    const size_t mul = editor_.producer(squared, "Mul");
    if (mul == GraphEditor::kNone) return false;
    const Node& node = editor_.node(mul);
    return node.inputs[0] == centred && node.inputs[1] == centred;
  }

  bool IsMeanOfLastAxis(ValueId id, ValueId of) {
    const size_t mean = editor_.producer(id, "ReduceMean");
    if (mean == GraphEditor::kNone) return false;
    const Node& node = editor_.node(mean);
    if (node.inputs[0] != of || node.inputs.size() < 2) return false;
    if (node.attributes.Int("keepdims", 1) == 0) return false;
    const Constant* axes = editor_.constant(node.inputs[1]);
    if (axes == nullptr || axes->type.element_count() != 1) return false;
    const int64_t axis = *static_cast<const int64_t*>(axes->data);
    return axis == -1 || axis == static_cast<int64_t>(type(of).shape.size()) - 1;
  }

  GraphEditor& editor_;
  const std::vector<TensorType>& types_;
};

// The constant operand of a scale or bias over the last axis, or kNoValue.
ValueId ParameterOf(const GraphEditor& editor, const Node& node, ValueId x, int64_t width) {
  if (node.inputs.size() != 2) return kNoValue;
  const ValueId other = node.inputs[0] == x ? node.inputs[1] : node.inputs[0];
  const Constant* constant = editor.constant(other);
  const bool fits = constant != nullptr && constant->type.shape == Shape{width} &&
                    constant->type.dtype == DType::kFloat32;
  return fits ? other : kNoValue;
}

// The only node that reads `id`, or kNone.
size_t OnlyReader(const GraphEditor& editor, ValueId id, size_t after) {
  if (editor.use_count(id) != 1 || editor.IsOutput(id)) return GraphEditor::kNone;
  const std::vector<Node>& nodes = editor.graph().nodes;
  for (size_t n = after + 1; n < nodes.size(); ++n) {
    for (ValueId input : nodes[n].inputs) {
      if (input == id && !editor.removed(n)) return n;
    }
  }
  return GraphEditor::kNone;
}

}  // namespace

absl::Status RecogniseLayerNorm(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  Matcher matcher(editor, *context.types);
  for (size_t n = 0; n < editor.node_count(); ++n) {
    if (editor.removed(n)) continue;
    std::optional<Match> match = matcher.MatchDivision(editor.node(n));
    if (!match.has_value() || matcher.type(match->x).dtype != DType::kFloat32) continue;
    // An epsilon of one element may still have a rank that x has not.
    if (matcher.type(editor.node(n).outputs[0]) != matcher.type(match->x)) continue;
    const int64_t width = matcher.type(match->x).shape.back();
    // LayerNormalization needs a scale; its bias is optional.
    const size_t mul = OnlyReader(editor, editor.node(n).outputs[0], n);
    if (mul == GraphEditor::kNone || editor.node(mul).op != "Mul") continue;
    const ValueId scale =
        ParameterOf(editor, editor.node(mul), editor.node(n).outputs[0], width);
    if (scale == kNoValue) continue;
    size_t last = mul;
    ValueId bias = kNoValue;
    const size_t add = OnlyReader(editor, editor.node(mul).outputs[0], mul);
    if (add != GraphEditor::kNone && editor.node(add).op == "Add") {
      bias = ParameterOf(editor, editor.node(add), editor.node(mul).outputs[0], width);
      if (bias != kNoValue) last = add;
    }
    Node norm;
    norm.op = "LayerNormalization";
    norm.name = editor.node(last).name;
    norm.inputs = {match->x, scale};
    if (bias != kNoValue) norm.inputs.push_back(bias);
    norm.outputs = editor.node(last).outputs;
    norm.attributes.Set("axis", int64_t{-1});
    norm.attributes.Set("epsilon", match->epsilon);
    Report(context, "recognise_layer_norm", NodeLabel(editor.node(last)));
    editor.Replace(last, std::move(norm));
  }
  editor.Finish();
  return RemoveDeadCode({}, graph);
}

}  // namespace kairos

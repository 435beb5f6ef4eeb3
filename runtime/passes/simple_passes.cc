// Removal of no-ops and dead code, constant folding.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/op_table.h"
#include "graph/subgraphs.h"
#include "passes/bodies.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

// Folding may not blow up a small file: a large result must not exceed its inputs twice, and all
// results together must not exceed the graph's constants by far.
constexpr uint64_t kLargeBytes = 1 << 20;
constexpr uint64_t kTotalBytes = 64 << 20;
constexpr uint64_t kTotalGrowth = 4;

bool IsFalseOrAbsent(const GraphEditor& editor, const Node& node, size_t input) {
  if (node.inputs.size() <= input || node.inputs[input] == kNoValue) return true;
  const Constant* constant = editor.constant(node.inputs[input]);
  return constant != nullptr && constant->type.dtype == DType::kBool &&
         constant->type.element_count() == 1 && *static_cast<const bool*>(constant->data) == false;
}

bool IsNoOp(const GraphEditor& editor, const Node& node) {
  if (!node.domain.empty() || !node.post_ops.empty()) return false;
  if (node.op == "Identity") return true;
  const bool wants_mask = node.outputs.size() > 1 && node.outputs[1] != kNoValue &&
                          editor.use_count(node.outputs[1]) > 0;
  return node.op == "Dropout" && !wants_mask && IsFalseOrAbsent(editor, node, 2);
}

bool IsFoldable(const GraphEditor& editor, const Node& node) {
  const OpInfo* info = FindOp(node.domain, node.op);
  if (info == nullptr || info->is_random) return false;
  return std::all_of(node.inputs.begin(), node.inputs.end(),
                     [&](ValueId id) { return id == kNoValue || editor.constant(id) != nullptr; });
}

uint64_t ConstantBytes(const Graph& graph) {
  uint64_t bytes = 0;
  for (const Value& value : graph.values) {
    if (value.constant.has_value()) bytes += value.constant->type.byte_count();
  }
  return bytes;
}

// Bytes of the outputs, known before anything is computed; as many as there are when the node is
// not to be folded.
uint64_t BytesToFold(const Node& node, absl::Span<const Constant* const> inputs) {
  constexpr uint64_t kNever = UINT64_MAX;
  std::vector<Operand> operands;
  uint64_t input_bytes = 0, output_bytes = 0;
  for (const Constant* input : inputs) {
    operands.push_back(input == nullptr ? Operand{}
                                        : Operand{true, input->type, false, input->data});
    input_bytes += operands.back().type.byte_count();
  }
  std::vector<TensorType> types;
  if (!InferTypes(node, operands, &types).ok()) return kNever;
  for (const TensorType& type : types) output_bytes += type.byte_count();
  return output_bytes > kLargeBytes && output_bytes > 2 * input_bytes ? kNever : output_bytes;
}

void Prune(const PassContext& context, size_t n, GraphEditor* editor) {
  Node node = editor->node(n);
  std::vector<bool> is_used;
  for (ValueId id : node.outputs) is_used.push_back(id != kNoValue && editor->use_count(id) > 0);
  std::vector<Graph> bodies = CopyBodies(node);
  bool changed = DropUnusedOutputs(is_used, &bodies, &node);
  changed |= DropUnusedCaptures(&bodies, &node);
  if (!changed) return;
  Report(context, "remove_dead_code", absl::StrCat("parts of ", NodeLabel(node)));
  SetBodies(std::move(bodies), &node);
  editor->Replace(n, std::move(node));
}

}  // namespace

absl::Status BindCaptures(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  for (size_t n = 0; n < editor.node_count(); ++n) {
    if (!HasBodies(editor.node(n))) continue;
    Node node = editor.node(n);
    std::vector<Graph> bodies = CopyBodies(node);
    const size_t captures = CaptureCount(node), count = node.inputs.size();
    for (size_t input = count; input-- > count - captures;) {
      const Constant* constant = editor.constant(node.inputs[input]);
      if (constant == nullptr) continue;
      for (Graph& body : bodies) {
        const size_t inner = node.op == "If" ? input - 1 : input;
        Value& value = body.value(body.inputs[inner]);
        value.constant = *constant;
        value.dtype = constant->type.dtype;
        value.dims.reset();
      }
      DropCapture(input, &bodies, &node);
    }
    if (node.inputs.size() == count) continue;
    Report(context, "bind_captures", NodeLabel(node));
    SetBodies(std::move(bodies), &node);
    editor.Replace(n, std::move(node));
  }
  editor.Finish();
  return absl::OkStatus();
}

absl::Status RemoveNoOps(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const Node& node = editor.node(n);
    if (!IsNoOp(editor, node) || editor.IsOutput(node.outputs[0])) continue;
    Report(context, "remove_no_ops", NodeLabel(node));
    editor.ReplaceUses(node.outputs[0], node.inputs[0]);
    editor.Remove(n);
  }
  editor.Finish();
  return absl::OkStatus();
}

absl::Status FoldConstants(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  uint64_t left = std::max(kTotalBytes, kTotalGrowth * ConstantBytes(*graph));
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const Node& node = editor.node(n);
    if (!IsFoldable(editor, node)) continue;
    std::vector<const Constant*> inputs;
    for (ValueId id : node.inputs) inputs.push_back(editor.constant(id));
    const uint64_t bytes = BytesToFold(node, inputs);
    if (bytes > left) continue;
    absl::StatusOr<std::vector<Constant>> outputs = context.evaluate(node, inputs);
    // What cannot be evaluated now reports its error when it is run.
    if (!outputs.ok()) continue;
    left -= bytes;
    Report(context, "fold_constants", NodeLabel(node));
    for (size_t i = 0; i < outputs->size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      graph->value(node.outputs[i]).constant = std::move((*outputs)[i]);
    }
    editor.Remove(n);
  }
  editor.Finish();
  return absl::OkStatus();
}

absl::Status RemoveDeadCode(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  for (size_t n = editor.node_count(); n-- > 0;) {
    const Node& node = editor.node(n);
    const bool used = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
      return id != kNoValue && editor.use_count(id) > 0;
    });
    if (used) {
      if (HasBodies(node)) Prune(context, n, &editor);
      continue;
    }
    Report(context, "remove_dead_code", NodeLabel(node));
    editor.Remove(n);
  }
  for (size_t i = 0; i < graph->values.size(); ++i) {
    if (editor.use_count(static_cast<ValueId>(i)) == 0) graph->values[i].constant.reset();
  }
  editor.Finish();
  return absl::OkStatus();
}

}  // namespace kairos

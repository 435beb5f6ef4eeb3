// Removal of no-ops and dead code, constant folding.
#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

// Folding may not blow up a small file: a result this large must not exceed its inputs twice.
constexpr size_t kFoldFreely = 1 << 20;

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
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
    return id == kNoValue || editor.constant(id) != nullptr;
  });
}

}  // namespace

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
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const Node& node = editor.node(n);
    if (!IsFoldable(editor, node)) continue;
    std::vector<const Constant*> inputs;
    size_t input_bytes = 0;
    for (ValueId id : node.inputs) {
      inputs.push_back(editor.constant(id));
      if (inputs.back() != nullptr) input_bytes += inputs.back()->type.byte_count();
    }
    absl::StatusOr<std::vector<Constant>> outputs = context.evaluate(node, inputs);
    // What cannot be evaluated now reports its error when it is run.
    if (!outputs.ok()) continue;
    size_t output_bytes = 0;
    for (const Constant& output : *outputs) output_bytes += output.type.byte_count();
    if (output_bytes > kFoldFreely && output_bytes > 2 * input_bytes) continue;
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
    if (used) continue;
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

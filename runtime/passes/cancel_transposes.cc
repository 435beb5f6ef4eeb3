#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "graph/op_table.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

using Permutation = std::vector<int64_t>;

// Empty: the axes in reverse, however many there are.
Permutation PermutationOf(const Node& node) {
  const absl::Span<const int64_t> perm = node.attributes.Ints("perm");
  return {perm.begin(), perm.end()};
}

Permutation Reversal(size_t rank) {
  Permutation perm(rank);
  for (size_t i = 0; i < rank; ++i) perm[i] = static_cast<int64_t>(rank - 1 - i);
  return perm;
}

bool IsIdentity(const Permutation& perm) {
  for (size_t i = 0; i < perm.size(); ++i) {
    if (perm[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

// `outer` after `inner`; nothing when they contradict each other. Empty: no change of any axes.
std::optional<Permutation> Compose(Permutation inner, Permutation outer) {
  if (inner.empty()) inner = Reversal(outer.size());
  if (outer.empty()) outer = Reversal(inner.size());
  if (inner.size() != outer.size()) return std::nullopt;
  Permutation both;
  for (int64_t axis : outer) {
    if (axis < 0 || static_cast<size_t>(axis) >= inner.size()) return std::nullopt;
    both.push_back(inner[static_cast<size_t>(axis)]);
  }
  return both;
}

// Makes the node's output `x` itself.
void Bypass(size_t n, ValueId x, GraphEditor* editor) {
  Node node = editor->node(n);
  if (!editor->IsOutput(node.outputs[0])) {
    editor->ReplaceUses(node.outputs[0], x);
    editor->Remove(n);
    return;
  }
  node.op = "Identity";
  node.attributes = {};
  node.inputs = {x};
  editor->Replace(n, std::move(node));
}

}  // namespace

absl::Status CancelTransposes(const PassContext& context, Graph* graph) {
  constexpr char kPass[] = "cancel_transposes";
  GraphEditor editor(graph);
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const Node& node = editor.node(n);
    if (node.op != "Transpose" || !node.domain.empty() || !node.post_ops.empty()) continue;
    Permutation perm = PermutationOf(node);
    if (!perm.empty() && IsIdentity(perm)) {
      Report(context, kPass, NodeLabel(node) + " moves nothing");
      Bypass(n, node.inputs[0], &editor);
      continue;
    }
    const size_t producer = editor.producer(node.inputs[0], "Transpose");
    if (producer == GraphEditor::kNone) continue;
    const Node& inner = editor.node(producer);
    std::optional<Permutation> both = Compose(PermutationOf(inner), std::move(perm));
    if (!both.has_value()) continue;
    const ValueId x = inner.inputs[0];
    if (IsIdentity(*both)) {
      Report(context, kPass, absl::StrCat(NodeLabel(node), " undoes ", NodeLabel(inner)));
      Bypass(n, x, &editor);
      continue;
    }
    Report(context, kPass, absl::StrCat(NodeLabel(node), " goes on with ", NodeLabel(inner)));
    Node replacement = node;
    replacement.inputs = {x};
    replacement.attributes.Set("perm", *std::move(both));
    editor.Replace(n, std::move(replacement));
  }
  editor.Finish();
  return RemoveDeadCode({}, graph);
}

}  // namespace kairos

#include <algorithm>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "graph/op_table.h"
#include "kairos/kernel.h"
#include "passes/editor.h"
#include "passes/pass_table.h"

namespace kairos {
namespace {

// Larger constants are the same only where their bytes are at the same place, which a file sees to:
// comparing them would read all weights.
constexpr size_t kMaxComparedBytes = 256;

// What a constant is told apart by.
std::string Identity(const Constant& constant) {
  std::string identity = constant.type.ToString();
  const size_t bytes = constant.type.byte_count();
  if (constant.type.dtype == DType::kString || bytes > kMaxComparedBytes) {
    absl::StrAppend(&identity, "@", reinterpret_cast<uintptr_t>(constant.data));
  } else if (bytes > 0) {
    identity.append(static_cast<const char*>(constant.data), bytes);
  }
  return identity;
}

// Per value: the first that is equal to it.
std::vector<ValueId> EqualValues(const Graph& graph) {
  std::vector<ValueId> equal(graph.values.size());
  absl::flat_hash_map<std::string, ValueId> constants;
  for (size_t i = 0; i < equal.size(); ++i) {
    equal[i] = static_cast<ValueId>(i);
    if (!graph.values[i].constant.has_value()) continue;
    equal[i] = constants.try_emplace(Identity(*graph.values[i].constant), equal[i]).first->second;
  }
  return equal;
}

bool MayBeShared(const Node& node) {
  const OpInfo* info = FindOp(node.domain, node.op);
  return info != nullptr && !info->is_random && info->kind != OpKind::kControl;
}

std::string KeyOf(const Node& node, const std::vector<ValueId>& equal) {
  std::string key = CanonicalKey({&node, {}, {}});
  for (ValueId id : node.inputs) {
    absl::StrAppend(&key, ",", id == kNoValue ? id : equal[static_cast<size_t>(id)]);
  }
  for (ValueId id : node.outputs) key.push_back(id == kNoValue ? '-' : 'x');
  return key;
}

}  // namespace

absl::Status MergeDuplicates(const PassContext& context, Graph* graph) {
  GraphEditor editor(graph);
  const std::vector<ValueId> equal = EqualValues(*graph);
  absl::flat_hash_map<std::string, size_t> first;
  for (size_t n = 0; n < editor.node_count(); ++n) {
    const Node& node = editor.node(n);
    if (!MayBeShared(node)) continue;
    const auto [same, is_new] = first.try_emplace(KeyOf(node, equal), n);
    // A graph's output keeps its name, and with it the node that makes it.
    const bool named = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
      return id != kNoValue && editor.IsOutput(id);
    });
    if (is_new || named) continue;
    const Node& kept = editor.node(same->second);
    Report(context, "merge_duplicates", absl::StrCat(NodeLabel(node), " is ", NodeLabel(kept)));
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] != kNoValue) editor.ReplaceUses(node.outputs[i], kept.outputs[i]);
    }
    editor.Remove(n);
  }
  editor.Finish();
  return absl::OkStatus();
}

}  // namespace kairos

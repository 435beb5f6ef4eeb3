// Rewriting a graph: who makes and who reads a value, kept up to date while nodes are replaced.
#ifndef KAIROS_RUNTIME_PASSES_EDITOR_H_
#define KAIROS_RUNTIME_PASSES_EDITOR_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "kairos/graph.h"
#include "kairos/pass.h"

namespace kairos {

class GraphEditor {
 public:
  explicit GraphEditor(Graph* graph);

  size_t node_count() const { return graph_.nodes.size(); }
  Node& node(size_t index) { return graph_.nodes[index]; }
  bool removed(size_t index) const { return removed_[index]; }
  const Graph& graph() const { return graph_; }

  static constexpr size_t kNone = static_cast<size_t>(-1);
  // Index of the node that makes the value, or kNone.
  size_t producer(ValueId id) const;
  // The same, if it is an `op` of the default domain; else kNone.
  size_t producer(ValueId id, absl::string_view op) const;
  // How often nodes and the graph's outputs read the value.
  int use_count(ValueId id) const;
  bool IsOutput(ValueId id) const;
  const Constant* constant(ValueId id) const;  // null when it is none
  // The value of a float constant with one element.
  bool IsScalar(ValueId id, float* value) const;
  bool IsScalarNear(ValueId id, float expected) const;

  ValueId AddConstant(const std::string& name_hint, Constant constant);
  // Replaces one node's inputs and outputs by those of `replacement`.
  void Replace(size_t index, Node replacement);
  void Remove(size_t index);
  // Makes every reader of `from`, except the graph's outputs, read `to`.
  void ReplaceUses(ValueId from, ValueId to);

  // Drops removed nodes. The editor is done after that.
  void Finish();

 private:
  void CountUses(const Node& node, int by);

  Graph& graph_;
  std::vector<bool> removed_;
  std::vector<size_t> producer_;
  std::vector<int> uses_;
  std::vector<bool> is_output_;
  absl::flat_hash_set<std::string> names_;
};

void Report(const PassContext& context, absl::string_view pass, const std::string& what);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_PASSES_EDITOR_H_

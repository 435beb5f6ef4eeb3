#include "passes/editor.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace kairos {

GraphEditor::GraphEditor(Graph* graph)
    : graph_(*graph),
      removed_(graph->nodes.size(), false),
      producer_(graph->values.size(), kNone),
      uses_(graph->values.size(), 0),
      is_output_(graph->values.size(), false) {
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    CountUses(graph_.nodes[n], 1);
    for (ValueId id : graph_.nodes[n].outputs) {
      if (id != kNoValue) producer_[static_cast<size_t>(id)] = n;
    }
  }
  for (ValueId id : graph_.outputs) {
    ++uses_[static_cast<size_t>(id)];
    is_output_[static_cast<size_t>(id)] = true;
  }
}

void GraphEditor::CountUses(const Node& node, int by) {
  for (ValueId id : node.inputs) {
    if (id != kNoValue) uses_[static_cast<size_t>(id)] += by;
  }
}

size_t GraphEditor::producer(ValueId id) const {
  return id == kNoValue ? kNone : producer_[static_cast<size_t>(id)];
}

size_t GraphEditor::producer(ValueId id, absl::string_view op) const {
  const size_t index = producer(id);
  if (index == kNone) return kNone;
  const Node& node = graph_.nodes[index];
  return node.op == op && node.domain.empty() && node.post_ops.empty() ? index : kNone;
}

int GraphEditor::use_count(ValueId id) const { return uses_[static_cast<size_t>(id)]; }

bool GraphEditor::IsOutput(ValueId id) const { return is_output_[static_cast<size_t>(id)]; }

const Constant* GraphEditor::constant(ValueId id) const {
  if (id == kNoValue || !graph_.value(id).constant.has_value()) return nullptr;
  return &*graph_.value(id).constant;
}

bool GraphEditor::IsScalar(ValueId id, float* value) const {
  const Constant* found = constant(id);
  if (found == nullptr || found->type.dtype != DType::kFloat32 ||
      found->type.element_count() != 1) {
    return false;
  }
  *value = *static_cast<const float*>(found->data);
  return true;
}

bool GraphEditor::IsScalarNear(ValueId id, float expected) const {
  float value;
  return IsScalar(id, &value) && std::fabs(value - expected) <= 1e-6f * std::fabs(expected);
}

ValueId GraphEditor::AddConstant(const std::string& name_hint, Constant constant) {
  if (names_.empty()) {
    for (const Value& value : graph_.values) names_.insert(value.name);
  }
  std::string name = name_hint;
  for (int i = 1; !names_.insert(name).second; ++i) name = absl::StrCat(name_hint, ".", i);
  Value value;
  value.name = std::move(name);
  value.dtype = constant.type.dtype;
  value.constant = std::move(constant);
  graph_.values.push_back(std::move(value));
  producer_.push_back(kNone);
  uses_.push_back(0);
  is_output_.push_back(false);
  return static_cast<ValueId>(graph_.values.size()) - 1;
}

void GraphEditor::Replace(size_t index, Node replacement) {
  CountUses(graph_.nodes[index], -1);
  for (ValueId id : graph_.nodes[index].outputs) {
    if (id != kNoValue && producer_[static_cast<size_t>(id)] == index) {
      producer_[static_cast<size_t>(id)] = kNone;
    }
  }
  graph_.nodes[index] = std::move(replacement);
  CountUses(graph_.nodes[index], 1);
  for (ValueId id : graph_.nodes[index].outputs) {
    if (id != kNoValue) producer_[static_cast<size_t>(id)] = index;
  }
}

void GraphEditor::Remove(size_t index) {
  CountUses(graph_.nodes[index], -1);
  for (ValueId id : graph_.nodes[index].outputs) {
    if (id != kNoValue && producer_[static_cast<size_t>(id)] == index) {
      producer_[static_cast<size_t>(id)] = kNone;
    }
  }
  removed_[index] = true;
}

void GraphEditor::ReplaceUses(ValueId from, ValueId to) {
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    if (removed_[n]) continue;
    for (ValueId& id : graph_.nodes[n].inputs) {
      if (id != from) continue;
      id = to;
      --uses_[static_cast<size_t>(from)];
      ++uses_[static_cast<size_t>(to)];
    }
  }
}

void GraphEditor::Finish() {
  size_t kept = 0;
  for (size_t n = 0; n < graph_.nodes.size(); ++n) {
    if (removed_[n]) continue;
    if (kept != n) graph_.nodes[kept] = std::move(graph_.nodes[n]);
    ++kept;
  }
  graph_.nodes.resize(kept);
}

void Report(const PassContext& context, absl::string_view pass, const std::string& what) {
  if (context.report) context.report(pass, what);
}

}  // namespace kairos

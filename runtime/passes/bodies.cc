#include "passes/bodies.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "graph/op_table.h"
#include "graph/subgraphs.h"

namespace kairos {
namespace {

template <typename T>
void EraseAt(size_t index, std::vector<T>* items) {
  items->erase(items->begin() + static_cast<ptrdiff_t>(index));
}

// The first of the node's outputs that it can do without.
size_t FirstDroppable(const Node& node) {
  if (node.op == "If") return 0;
  const size_t others = node.inputs.size() - CaptureCount(node);
  if (node.op == "Loop") return others - 2;
  if (node.op != "Scan") return node.outputs.size();
  return others - static_cast<size_t>(node.attributes.Int("num_scan_inputs", 1));
}

// A Scan says something of each scan output.
void DropFromLists(size_t scan_output, Node* node) {
  for (const char* name : {"scan_output_axes", "scan_output_directions"}) {
    const absl::Span<const int64_t> list = node->attributes.Ints(name);
    if (scan_output >= list.size()) continue;
    std::vector<int64_t> rest(list.begin(), list.end());
    EraseAt(scan_output, &rest);
    node->attributes.Set(name, std::move(rest));
  }
}

// By value.
std::vector<bool> ReadValues(const Graph& graph) {
  std::vector<bool> read(graph.values.size(), false);
  const auto mark = [&](const std::vector<ValueId>& ids) {
    for (ValueId id : ids) {
      if (id != kNoValue) read[static_cast<size_t>(id)] = true;
    }
  };
  for (const Node& node : graph.nodes) mark(node.inputs);
  mark(graph.outputs);
  return read;
}

}  // namespace

bool HasBodies(const Node& node) {
  const OpInfo* info = FindOp(node.domain, node.op);
  return info != nullptr && info->kind == OpKind::kControl;
}

std::vector<Graph> CopyBodies(const Node& node) {
  std::vector<Graph> bodies;
  for (const BodyOf& body : BodiesOf(node)) bodies.push_back(*body.graph);
  return bodies;
}

void SetBodies(std::vector<Graph> bodies, Node* node) {
  std::vector<std::string> names;
  for (const BodyOf& body : BodiesOf(*node)) names.emplace_back(body.attribute);
  for (size_t i = 0; i < bodies.size(); ++i) {
    node->attributes.Set(names[i], std::make_shared<const Graph>(std::move(bodies[i])));
  }
}

void DropCapture(size_t input, std::vector<Graph>* bodies, Node* node) {
  const size_t inner = node->op == "If" ? input - 1 : input;
  for (Graph& body : *bodies) EraseAt(inner, &body.inputs);
  EraseAt(input, &node->inputs);
  if (node->op == "If") return;
  node->attributes.Set("captures", node->attributes.Int("captures", 0) - 1);
}

bool DropUnusedOutputs(const std::vector<bool>& is_used, std::vector<Graph>* bodies, Node* node) {
  const size_t first = FirstDroppable(*node);
  bool dropped = false;
  for (size_t i = node->outputs.size(); i-- > first;) {
    if (is_used[i]) continue;
    for (Graph& body : *bodies) EraseAt(node->op == "Loop" ? i + 1 : i, &body.outputs);
    EraseAt(i, &node->outputs);
    if (node->op == "Scan") DropFromLists(i - first, node);
    dropped = true;
  }
  return dropped;
}

bool DropUnusedCaptures(std::vector<Graph>* bodies, Node* node) {
  const size_t captures = CaptureCount(*node), count = node->inputs.size();
  std::vector<std::vector<bool>> read;
  for (const Graph& body : *bodies) read.push_back(ReadValues(body));
  bool dropped = false;
  for (size_t input = count; input-- > count - captures;) {
    const size_t inner = node->op == "If" ? input - 1 : input;
    bool is_read = false;
    for (size_t b = 0; b < bodies->size(); ++b) {
      is_read |= read[b][static_cast<size_t>((*bodies)[b].inputs[inner])];
    }
    if (is_read) continue;
    DropCapture(input, bodies, node);
    dropped = true;
  }
  return dropped;
}

}  // namespace kairos

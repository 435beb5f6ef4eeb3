#include "executor/fission.h"

#include <string>
#include <utility>

namespace kairos {

bool CanSplit(const Node& node) {
  return node.post_ops.size() > (node.op == "Identity" ? 1 : 0);
}

StepRecord SplitLastPostOp(StepRecord* step, Lowered* lowered) {
  Node& node = step->node;
  PostOp post = std::move(node.post_ops.back());
  node.post_ops.pop_back();

  StepRecord rest;
  rest.node.op = "Identity";
  rest.node.name = node.name + "/" + post.op;
  rest.node.outputs = {node.outputs[0]};
  Slot between = lowered->record.slots[static_cast<size_t>(node.outputs[0])];
  between.kind = Slot::Kind::kArena;
  between.index = -1;
  between.turns = 1;
  between.name.clear();
  lowered->root.push_back(static_cast<int32_t>(lowered->record.slots.size()));
  node.outputs[0] = lowered->root.back();
  lowered->record.slots.push_back(std::move(between));
  rest.node.inputs = {node.outputs[0]};
  if (post.operand >= 0) {
    // Post-op operands are appended in order, so the last post-op has the last input.
    rest.node.inputs.push_back(node.inputs.back());
    node.inputs.pop_back();
    step->known.pop_back();
    post.operand = 1;
  }
  rest.node.post_ops.push_back(std::move(post));
  rest.known.resize(rest.node.inputs.size());
  rest.loop = step->loop;
  return rest;
}

}  // namespace kairos

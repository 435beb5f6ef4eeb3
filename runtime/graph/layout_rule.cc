#include "graph/layout_rule.h"

#include <algorithm>

namespace kairos {
namespace {

// An Identity that carries post-ops is what is left of a fused step after it was split.
LayoutClass ClassOf(const Node& node, const OpInfo& info) {
  const bool only_post_ops = node.domain.empty() && node.op == "Identity" && !node.post_ops.empty();
  return only_post_ops ? LayoutClass::kElementwise : info.layout;
}

}  // namespace

bool MayBeChannelsLast(const Node& node, const OpInfo& info, const TensorType& output) {
  const size_t rank = output.shape.size();
  return ClassOf(node, info) != LayoutClass::kPlainOnly && rank >= 3 && rank <= 5 &&
         std::all_of(node.outputs.begin() + 1, node.outputs.end(),
                     [](ValueId id) { return id == kNoValue; });
}

bool FollowsLayout(const Node& node, const OpInfo& info, size_t input, const TensorType& type,
                   const TensorType& output) {
  if (type.shape.size() != output.shape.size()) return false;
  return ClassOf(node, info) == LayoutClass::kElementwise || input == 0 ||
         input >= node.base_input_count();
}

}  // namespace kairos

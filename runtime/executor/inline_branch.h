// An If whose condition is known is replaced by the branch that it takes.
#ifndef KAIROS_RUNTIME_EXECUTOR_INLINE_BRANCH_H_
#define KAIROS_RUNTIME_EXECUTOR_INLINE_BRANCH_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

#include "kairos/graph.h"

namespace kairos {

struct InlinedBranch {
  std::vector<Node> nodes;   // over the values of the outer graph
  std::vector<ValueId> ids;  // as the branch's values; kNoValue for what nothing uses
};

const Graph& BranchOf(const Node& node, bool condition);

// Adds the branch's values to `graph` and returns its nodes over them. Captured values become those
// of the outer graph, and the branch's outputs the If's outputs; where an output is a constant, a
// captured value or another output as well, an Identity makes it. New names begin with those of the
// node and the branch.
InlinedBranch InlineBranch(const Node& node, bool condition, Graph* graph);

// The constant that has this name after inlining, in `graph` or in a branch of one of its Ifs; null
// when there is none.
const Constant* FindInlinedConstant(const Graph& graph, absl::string_view name);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_INLINE_BRANCH_H_

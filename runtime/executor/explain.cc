#include "executor/explain.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace kairos {
namespace {

StepInfo Describe(const Program& program, size_t s) {
  const ResolvedStep& step = program.steps[s];
  const Node& node = program.record.steps[s].node;
  return {
      node.name,
      node.op,
      std::string(step.backend->name()),
      std::string(step.kernel.kernel->name()),
      absl::StrJoin(node.post_ops, ",",
                    [](std::string* out, const PostOp& post) { absl::StrAppend(out, post.op); }),
      step.kernel.source,
      step.kernel.reason,
      step.rejected,
      step.made_ns,
      program.record.turns_of(program.record.steps[s]),
      program.provisional};
}

}  // namespace

void AppendSteps(const Program& program, std::vector<StepInfo>* infos) {
  for (size_t s = 0; s < program.steps.size(); ++s) infos->push_back(Describe(program, s));
}

}  // namespace kairos

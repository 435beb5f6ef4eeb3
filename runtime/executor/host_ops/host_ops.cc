#include "executor/host_ops.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#include "executor/host_ops/host_call.h"

namespace kairos {
namespace {

struct Row {
  absl::string_view op;
  HostFunction run;
};
constexpr Row kRows[] = {
    {"Cast", HostCast},
    {"CastLike", HostCastLike},
    {"Compress", HostCompress},
    {"ConcatFromSequence", HostConcatFromSequence},
    {"Identity", HostPass},
    {"NonMaxSuppression", HostNonMaxSuppression},
    {"NonZero", HostNonZero},
    {"Optional", HostOptional},
    {"OptionalGetElement", HostOptionalGetElement},
    {"OptionalHasElement", HostOptionalHasElement},
    {"SequenceAt", HostSequenceAt},
    {"SequenceConstruct", HostSequenceConstruct},
    {"SequenceEmpty", HostSequenceEmpty},
    {"SequenceErase", HostSequenceErase},
    {"SequenceInsert", HostSequenceInsert},
    {"SequenceLength", HostSequenceLength},
    {"SplitToSequence", HostSplitToSequence},
    {"StringNormalizer", HostStringNormalizer},
    {"TfIdfVectorizer", HostTfIdfVectorizer},
    {"Unique", HostUnique},
};

}  // namespace

absl::StatusOr<std::vector<AnyValue>> RunHostOp(const Node& node,
                                                absl::Span<const AnyValue* const> inputs) {
  const auto* row = std::find_if(std::begin(kRows), std::end(kRows),
                                 [&](const Row& candidate) { return candidate.op == node.op; });
  if (row == std::end(kRows)) return absl::UnimplementedError("no such host operator");
  absl::StatusOr<std::vector<AnyValue>> outputs = row->run({node, inputs});
  if (outputs.ok()) outputs->resize(node.outputs.size());
  return outputs;
}

}  // namespace kairos

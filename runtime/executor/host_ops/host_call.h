// What a host operator sees of its call, and the operators by file.
#ifndef KAIROS_RUNTIME_EXECUTOR_HOST_OPS_HOST_CALL_H_
#define KAIROS_RUNTIME_EXECUTOR_HOST_OPS_HOST_CALL_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"

#include "kairos/any_value.h"
#include "kairos/graph.h"

namespace kairos {

struct HostCall {
  const Node& node;
  absl::Span<const AnyValue* const> inputs;

  bool Has(size_t i) const { return i < inputs.size() && inputs[i] != nullptr; }
  // kInvalidArgument when the input is of another kind. It is present.
  absl::StatusOr<const Constant*> Tensor(size_t i) const {
    if (inputs[i]->is_tensor()) return &inputs[i]->tensor;
    return Unexpected(i, "a tensor");
  }
  absl::StatusOr<const Constant*> Tensor(size_t i, DType dtype) const {
    if (inputs[i]->is_tensor() && inputs[i]->tensor.type.dtype == dtype) return &inputs[i]->tensor;
    return Unexpected(i, DTypeName(dtype));
  }
  absl::StatusOr<const std::vector<Constant>*> Sequence(size_t i) const {
    if (inputs[i]->is_sequence()) return &inputs[i]->sequence;
    return Unexpected(i, "a sequence");
  }
  absl::Status Unexpected(size_t i, const std::string& expected) const {
    return absl::InvalidArgumentError(
        absl::StrCat("input ", i, " is ", inputs[i]->ToString(), ", expected ", expected));
  }
};

using HostResult = absl::StatusOr<std::vector<AnyValue>>;
using HostFunction = HostResult (*)(const HostCall& call);

inline HostResult One(AnyValue value) {
  std::vector<AnyValue> values;
  values.push_back(std::move(value));
  return values;
}

// selection.cc
HostResult HostNonZero(const HostCall& call);
HostResult HostCompress(const HostCall& call);
// unique.cc, non_max_suppression.cc
HostResult HostUnique(const HostCall& call);
HostResult HostNonMaxSuppression(const HostCall& call);
// sequences.cc
HostResult HostSequenceConstruct(const HostCall& call);
HostResult HostSequenceEmpty(const HostCall& call);
HostResult HostSequenceInsert(const HostCall& call);
HostResult HostSequenceErase(const HostCall& call);
HostResult HostSequenceAt(const HostCall& call);
HostResult HostSequenceLength(const HostCall& call);
HostResult HostSplitToSequence(const HostCall& call);
HostResult HostConcatFromSequence(const HostCall& call);
// optionals.cc
HostResult HostPass(const HostCall& call);
// cast.cc: to strings and from them
HostResult HostCast(const HostCall& call);
HostResult HostCastLike(const HostCall& call);
HostResult HostOptional(const HostCall& call);
HostResult HostOptionalGetElement(const HostCall& call);
HostResult HostOptionalHasElement(const HostCall& call);
// text.cc
HostResult HostStringNormalizer(const HostCall& call);
HostResult HostTfIdfVectorizer(const HostCall& call);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_HOST_OPS_HOST_CALL_H_

#include <algorithm>
#include <cstdint>
#include <numeric>

#include "base/status_macros.h"
#include "executor/host_ops/host_call.h"
#include "executor/new_tensor.h"
#include "graph/scalar_value.h"

namespace kairos {
namespace {

// A tensor without elements can be split into any number of parts.
constexpr int64_t kMaxLength = int64_t{1} << 20;

absl::Status CheckLength(int64_t length) {
  if (length <= kMaxLength) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("sequence of ", length, " tensors, expected at most ", kMaxLength));
}

// The position that input `i` names, from [-size, size + past); `fallback` when it is absent.
absl::StatusOr<size_t> Position(const HostCall& call, size_t i, size_t size, int64_t past,
                                int64_t fallback) {
  const auto count = static_cast<int64_t>(size);
  int64_t position = fallback;
  if (call.Has(i)) {
    KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(i));
    KAIROS_ASSIGN_OR_RETURN(position, ScalarInt(*tensor, absl::StrCat("input ", i)));
  }
  if (position < -count || position >= count + past) {
    return absl::InvalidArgumentError(absl::StrCat("position is ", position, ", expected ", -count,
                                                   " to ", count + past - 1, " in a sequence of ",
                                                   count));
  }
  return static_cast<size_t>(position < 0 ? position + count : position);
}

absl::Status ExpectSameDType(const Constant& a, const Constant& b) {
  if (a.type.dtype == b.type.dtype) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("tensor of ", DTypeName(b.type.dtype),
                                                 " in a sequence of ", DTypeName(a.type.dtype)));
}

// Sizes of the parts into which `length` is split; a single number is the size of all but the last.
absl::StatusOr<std::vector<int64_t>> PartSizes(const HostCall& call, int64_t length) {
  if (!call.Has(1)) KAIROS_RETURN_IF_ERROR(CheckLength(length));
  if (!call.Has(1)) return std::vector<int64_t>(static_cast<size_t>(length), 1);
  KAIROS_ASSIGN_OR_RETURN(const Constant* split, call.Tensor(1));
  std::vector<int64_t> sizes;
  if (split->type.shape.empty()) {
    KAIROS_ASSIGN_OR_RETURN(const int64_t size, ScalarInt(*split, "input 1 (split)"));
    if (size < 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("input 1 (split) is ", size, ", expected at least 1"));
    }
    KAIROS_RETURN_IF_ERROR(CheckLength(length / size));
    for (int64_t at = 0; at < length; at += std::min(size, length - at)) {
      sizes.push_back(std::min(size, length - at));
    }
    return sizes;
  }
  if (!IsInteger(split->type.dtype) || split->type.shape.size() != 1) {
    return call.Unexpected(1, "integers of rank 0 or 1");
  }
  KAIROS_RETURN_IF_ERROR(CheckLength(split->type.shape[0]));
  const auto* bytes = static_cast<const std::byte*>(split->data);
  int64_t left = length;
  for (int64_t i = 0; i < split->type.shape[0]; ++i) {
    sizes.push_back(ScalarAsInt(split->type.dtype,
                                bytes + static_cast<size_t>(i) * DTypeSize(split->type.dtype)));
    if (sizes.back() < 0 || sizes.back() > left) left = -1;
    if (left < 0) break;
    left -= sizes.back();
  }
  if (left == 0) return sizes;
  return absl::InvalidArgumentError(absl::StrCat("input 1 (split) is ", ShapeString(sizes),
                                                 ", expected sizes with the sum ", length));
}

}  // namespace

HostResult HostSequenceConstruct(const HostCall& call) {
  std::vector<Constant> sequence;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(i));
    sequence.push_back(*tensor);
    KAIROS_RETURN_IF_ERROR(ExpectSameDType(sequence[0], *tensor));
  }
  return One(std::move(sequence));
}

HostResult HostSequenceEmpty(const HostCall&) { return One(std::vector<Constant>()); }

HostResult HostSequenceInsert(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const auto* from, call.Sequence(0));
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(1));
  const auto end = static_cast<int64_t>(from->size());
  KAIROS_ASSIGN_OR_RETURN(const size_t at, Position(call, 2, from->size(), 1, end));
  KAIROS_RETURN_IF_ERROR(CheckLength(end + 1));
  std::vector<Constant> sequence = *from;
  if (!sequence.empty()) KAIROS_RETURN_IF_ERROR(ExpectSameDType(sequence[0], *tensor));
  sequence.insert(sequence.begin() + static_cast<ptrdiff_t>(at), *tensor);
  return One(std::move(sequence));
}

HostResult HostSequenceErase(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const auto* from, call.Sequence(0));
  KAIROS_ASSIGN_OR_RETURN(const size_t at, Position(call, 1, from->size(), 0, -1));
  std::vector<Constant> sequence = *from;
  sequence.erase(sequence.begin() + static_cast<ptrdiff_t>(at));
  return One(std::move(sequence));
}

HostResult HostSequenceAt(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const auto* from, call.Sequence(0));
  KAIROS_ASSIGN_OR_RETURN(const size_t at, Position(call, 1, from->size(), 0, 0));
  return One((*from)[at]);
}

HostResult HostSequenceLength(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const auto* from, call.Sequence(0));
  const auto length = static_cast<int64_t>(from->size());
  KAIROS_ASSIGN_OR_RETURN(Constant made, NewInts({}, {length}));
  return One(std::move(made));
}

HostResult HostSplitToSequence(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, call.Tensor(0));
  const Shape& shape = tensor->type.shape;
  KAIROS_ASSIGN_OR_RETURN(const size_t axis,
                          AxisOf(call.node.attributes.Int("axis", 0), shape.size()));
  KAIROS_ASSIGN_OR_RETURN(const std::vector<int64_t> sizes, PartSizes(call, shape[axis]));
  const bool squeeze = !call.Has(1) && call.node.attributes.Int("keepdims", 1) == 0;
  std::vector<Constant> sequence;
  int64_t begin = 0;
  for (const int64_t size : sizes) {
    KAIROS_ASSIGN_OR_RETURN(Constant part, SliceAxis(*tensor, axis, begin, begin + size));
    begin += size;
    if (squeeze) part.type.shape.erase(part.type.shape.begin() + static_cast<ptrdiff_t>(axis));
    sequence.push_back(std::move(part));
  }
  return One(std::move(sequence));
}

HostResult HostConcatFromSequence(const HostCall& call) {
  KAIROS_ASSIGN_OR_RETURN(const auto* from, call.Sequence(0));
  KAIROS_ASSIGN_OR_RETURN(Constant joined, JoinAxis(*from, call.node.attributes.Int("axis", 0),
                                                    call.node.attributes.Int("new_axis", 0) != 0));
  return One(std::move(joined));
}

}  // namespace kairos

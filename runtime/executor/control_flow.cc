#include "executor/control_flow.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "executor/new_tensor.h"
#include "graph/subgraphs.h"

namespace kairos {
namespace {

using Values = std::vector<AnyValue>;
using Inputs = absl::Span<const AnyValue* const>;

absl::StatusOr<const Constant*> TensorOf(const AnyValue& value, absl::string_view what) {
  if (value.is_tensor()) return &value.tensor;
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is ", value.ToString(), ", expected a tensor"));
}

absl::StatusOr<bool> Condition(const AnyValue& value, absl::string_view what) {
  KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, TensorOf(value, what));
  return ScalarBool(*tensor, what);
}

// What the iterations make, one behind the other in memory that grows.
class Stack {
 public:
  absl::Status Add(const AnyValue& value, absl::string_view what) {
    KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, TensorOf(value, what));
    if (tensor->type.dtype == DType::kString) {
      return absl::UnimplementedError(absl::StrCat(what, " is of strings, expected numbers"));
    }
    if (count_ == 0) type_ = tensor->type;
    if (tensor->type != type_) {
      return absl::InvalidArgumentError(absl::StrCat(what, " is ", tensor->type.ToString(),
                                                     ", expected ", type_.ToString(),
                                                     " as in the first iteration"));
    }
    const size_t bytes = type_.byte_count();
    KAIROS_RETURN_IF_ERROR(Grow(used_ + bytes));
    if (bytes > 0) std::memcpy(buffer_.data() + used_, tensor->data, bytes);
    used_ += bytes;
    ++count_;
    return absl::OkStatus();
  }

  // All of them as one tensor, along a new axis; backwards when asked.
  absl::StatusOr<Constant> Join(int64_t axis, bool reverse) && {
    KAIROS_ASSIGN_OR_RETURN(const size_t at, AxisOf(axis, type_.shape.size() + 1));
    TensorType joined = type_;
    joined.shape.insert(joined.shape.begin(), count_);
    KAIROS_RETURN_IF_ERROR(CheckedByteCount(joined.dtype, joined.shape).status());
    Constant all = TensorIn(std::move(buffer_), std::move(joined));
    if (at == 0 && !reverse) return all;
    std::vector<Constant> parts;
    for (int64_t i = 0; i < count_; ++i) {
      const int64_t from = reverse ? count_ - 1 - i : i;
      KAIROS_ASSIGN_OR_RETURN(Constant part, SliceAxis(all, 0, from, from + 1));
      parts.push_back(WithShape(std::move(part), type_.shape));
    }
    return JoinAxis(parts, static_cast<int64_t>(at), true);
  }

  // When there was no iteration: none of the shape that the body declares, unknown sizes being 0.
  static absl::StatusOr<Constant> Nothing(const Value& declared, int64_t axis) {
    if (declared.dtype == DType::kUndefined || !declared.dims.has_value()) {
      return absl::FailedPreconditionError(absl::StrCat(
          "no iteration made '", declared.name, "', and the body does not declare its type"));
    }
    Shape shape;
    for (const Dim& dim : *declared.dims) shape.push_back(std::max<int64_t>(dim.size, 0));
    KAIROS_ASSIGN_OR_RETURN(const size_t at, AxisOf(axis, shape.size() + 1));
    shape.insert(shape.begin() + static_cast<ptrdiff_t>(at), 0);
    return NewTensor({declared.dtype, std::move(shape)});
  }

  bool empty() const { return count_ == 0; }

 private:
  absl::Status Grow(size_t bytes) {
    if (bytes <= buffer_.size()) return absl::OkStatus();
    KAIROS_ASSIGN_OR_RETURN(AlignedBuffer larger,
                            AlignedBuffer::Make(std::max(bytes, buffer_.size() * 2)));
    if (used_ > 0) std::memcpy(larger.data(), buffer_.data(), used_);
    buffer_ = std::move(larger);
    return absl::OkStatus();
  }

  TensorType type_;
  AlignedBuffer buffer_;
  size_t used_ = 0;
  int64_t count_ = 0;
};

absl::StatusOr<Values> RunIf(const StagedGraph::Stage& stage, Inputs inputs, RunBody run) {
  KAIROS_ASSIGN_OR_RETURN(const bool condition, Condition(*inputs[0], "the condition"));
  Values captured;
  for (const AnyValue* input : inputs.subspan(1)) captured.push_back(*input);
  // Bodies are in the order of their attributes' names: else_branch, then_branch.
  return run(*stage.bodies[condition ? 1 : 0], std::move(captured));
}

// Models declare these as scalars or as vectors of one element.
Shape ScalarShape(const Value& declared) {
  return declared.dims.has_value() && declared.dims->size() == 1 ? Shape{1} : Shape{};
}

absl::StatusOr<Values> RunLoop(const StagedGraph::Stage& stage, Inputs inputs, RunBody run) {
  const StagedGraph& body = *stage.bodies[0];
  const size_t captures = CaptureCount(stage.node);
  const size_t carried = inputs.size() - 2 - captures;
  int64_t trips = std::numeric_limits<int64_t>::max();
  if (inputs[0] != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, TensorOf(*inputs[0], "the trip count"));
    KAIROS_ASSIGN_OR_RETURN(trips, ScalarInt(*tensor, "the trip count"));
  }
  bool go_on = true;
  if (inputs[1] != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(go_on, Condition(*inputs[1], "the condition"));
  }
  Values state;
  for (const AnyValue* input : inputs.subspan(2, carried)) state.push_back(*input);
  std::vector<Stack> stacks(body.outputs.size() - 1 - carried);
  for (int64_t i = 0; i < trips && go_on; ++i) {
    Values values;
    KAIROS_ASSIGN_OR_RETURN(Constant number, NewInts(ScalarShape(body.input_values[0]), {i}));
    KAIROS_ASSIGN_OR_RETURN(Constant condition, NewBool(ScalarShape(body.input_values[1]), go_on));
    values.emplace_back(std::move(number));
    values.emplace_back(std::move(condition));
    for (AnyValue& value : state) values.push_back(std::move(value));
    for (const AnyValue* input : inputs.subspan(2 + carried)) values.push_back(*input);
    KAIROS_ASSIGN_OR_RETURN(Values made, run(body, std::move(values)));
    KAIROS_ASSIGN_OR_RETURN(go_on, Condition(made[0], "the body's condition"));
    for (size_t v = 0; v < carried; ++v) state[v] = std::move(made[v + 1]);
    for (size_t s = 0; s < stacks.size(); ++s) {
      KAIROS_RETURN_IF_ERROR(stacks[s].Add(made[1 + carried + s], absl::StrCat("scan output ", s)));
    }
  }
  for (size_t s = 0; s < stacks.size(); ++s) {
    const Value& declared = body.output_values[1 + carried + s];
    KAIROS_ASSIGN_OR_RETURN(Constant joined, stacks[s].empty()
                                                 ? Stack::Nothing(declared, 0)
                                                 : std::move(stacks[s]).Join(0, false));
    state.emplace_back(std::move(joined));
  }
  return state;
}

int64_t IntAt(const Node& node, absl::string_view name, size_t i) {
  const absl::Span<const int64_t> list = node.attributes.Ints(name);
  return i < list.size() ? list[i] : 0;
}

// The tensors that a Scan walks along, and the number of steps, which they agree on.
struct Scanned {
  std::vector<const Constant*> tensors;
  std::vector<size_t> axes;
  int64_t steps = 0;

  absl::Status Add(const Node& node, size_t i, const AnyValue& value) {
    const std::string what = absl::StrCat("scan input ", i);
    KAIROS_ASSIGN_OR_RETURN(const Constant* tensor, TensorOf(value, what));
    const absl::StatusOr<size_t> axis =
        AxisOf(IntAt(node, "scan_input_axes", i), tensor->type.shape.size());
    if (!axis.ok()) return Annotate(what, axis.status());
    const int64_t length = tensor->type.shape[*axis];
    if (i > 0 && length != steps) {
      return absl::InvalidArgumentError(
          absl::StrCat(what, " has length ", length, ", expected ", steps, " as scan input 0"));
    }
    steps = length;
    tensors.push_back(tensor);
    axes.push_back(*axis);
    return absl::OkStatus();
  }

  absl::StatusOr<Constant> At(const Node& node, size_t i, int64_t step) const {
    const int64_t at = IntAt(node, "scan_input_directions", i) != 0 ? steps - 1 - step : step;
    KAIROS_ASSIGN_OR_RETURN(Constant slice, SliceAxis(*tensors[i], axes[i], at, at + 1));
    slice.type.shape.erase(slice.type.shape.begin() + static_cast<ptrdiff_t>(axes[i]));
    return slice;
  }
};

absl::StatusOr<Values> RunScan(const StagedGraph::Stage& stage, Inputs inputs, RunBody run) {
  const Node& node = stage.node;
  const StagedGraph& body = *stage.bodies[0];
  const size_t captures = CaptureCount(node);
  const auto scanned_count = static_cast<size_t>(node.attributes.Int("num_scan_inputs", 1));
  const size_t carried = inputs.size() - captures - scanned_count;
  Values state;
  for (const AnyValue* input : inputs.subspan(0, carried)) state.push_back(*input);
  Scanned scanned;
  for (size_t i = 0; i < scanned_count; ++i) {
    KAIROS_RETURN_IF_ERROR(scanned.Add(node, i, *inputs[carried + i]));
  }
  std::vector<Stack> stacks(body.outputs.size() - carried);
  for (int64_t step = 0; step < scanned.steps; ++step) {
    Values values = std::move(state);
    for (size_t i = 0; i < scanned_count; ++i) {
      KAIROS_ASSIGN_OR_RETURN(Constant slice, scanned.At(node, i, step));
      values.emplace_back(std::move(slice));
    }
    for (const AnyValue* input : inputs.subspan(carried + scanned_count)) values.push_back(*input);
    KAIROS_ASSIGN_OR_RETURN(Values made, run(body, std::move(values)));
    for (size_t s = 0; s < stacks.size(); ++s) {
      KAIROS_RETURN_IF_ERROR(stacks[s].Add(made[carried + s], absl::StrCat("scan output ", s)));
    }
    made.resize(carried);
    state = std::move(made);
  }
  for (size_t s = 0; s < stacks.size(); ++s) {
    const int64_t axis = IntAt(node, "scan_output_axes", s);
    const bool reverse = IntAt(node, "scan_output_directions", s) != 0;
    KAIROS_ASSIGN_OR_RETURN(
        Constant joined, stacks[s].empty() ? Stack::Nothing(body.output_values[carried + s], axis)
                                           : std::move(stacks[s]).Join(axis, reverse));
    state.emplace_back(std::move(joined));
  }
  return state;
}

absl::StatusOr<Values> RunSequenceMap(const StagedGraph::Stage& stage, Inputs inputs, RunBody run) {
  const size_t own = inputs.size() - CaptureCount(stage.node);
  if (!inputs[0]->is_sequence()) {
    return absl::InvalidArgumentError(
        absl::StrCat("input 0 is ", inputs[0]->ToString(), ", expected a sequence"));
  }
  const size_t length = inputs[0]->sequence.size();
  std::vector<std::vector<Constant>> outputs(stage.node.outputs.size());
  for (size_t i = 0; i < length; ++i) {
    Values values;
    for (size_t v = 0; v < inputs.size(); ++v) {
      if (v >= own || !inputs[v]->is_sequence()) {
        values.push_back(*inputs[v]);
      } else if (inputs[v]->sequence.size() == length) {
        values.emplace_back(inputs[v]->sequence[i]);
      } else {
        return absl::InvalidArgumentError(absl::StrCat("input ", v, " is ", inputs[v]->ToString(),
                                                       ", expected ", length, " as input 0"));
      }
    }
    KAIROS_ASSIGN_OR_RETURN(Values made, run(*stage.bodies[0], std::move(values)));
    for (size_t o = 0; o < outputs.size(); ++o) {
      KAIROS_ASSIGN_OR_RETURN(const Constant* tensor,
                              TensorOf(made[o], absl::StrCat("output ", o, " of the body")));
      outputs[o].push_back(*tensor);
    }
  }
  Values values;
  for (std::vector<Constant>& sequence : outputs) values.emplace_back(std::move(sequence));
  return values;
}

}  // namespace

absl::StatusOr<std::vector<AnyValue>> RunControl(const StagedGraph::Stage& stage,
                                                 absl::Span<const AnyValue* const> inputs,
                                                 RunBody run) {
  if (stage.node.op == "If") return RunIf(stage, inputs, run);
  if (stage.node.op == "Loop") return RunLoop(stage, inputs, run);
  return stage.node.op == "Scan" ? RunScan(stage, inputs, run) : RunSequenceMap(stage, inputs, run);
}

}  // namespace kairos

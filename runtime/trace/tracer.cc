#include "trace/tracer.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/evaluate.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

// Shape arithmetic is small.
constexpr size_t kKnownBytes = 4096;

}  // namespace

std::string Tracer::UniqueName(absl::string_view wanted) {
  std::string name(wanted);
  for (int i = 1; !names_.insert(name).second; ++i) name = absl::StrCat(wanted, "_", i);
  return name;
}

ValueId Tracer::AddValue(const std::string& name, DType dtype) {
  Value value;
  value.name = UniqueName(name);
  value.dtype = dtype;
  graph_.values.push_back(std::move(value));
  named_.push_back(false);
  return static_cast<ValueId>(graph_.values.size()) - 1;
}

Array Tracer::AddInput(const std::string& name, TensorType sample, std::vector<Dim> dims) {
  auto impl = std::make_shared<Array::Impl>();
  impl->evaluator = shared_from_this();
  impl->id = AddValue(name, sample.dtype);
  impl->type = std::move(sample);
  graph_.value(impl->id).dims = std::move(dims);
  graph_.inputs.push_back(impl->id);
  return Array(std::move(impl));
}

absl::StatusOr<ValueId> Tracer::IdOf(const Array& array) {
  const Array::Impl& impl = *array.impl();
  if (impl.is_traced()) {
    if (impl.evaluator.get() == this) return impl.id;
    return absl::FailedPreconditionError("an input belongs to another trace");
  }
  // The same elements may be seen in several shapes.
  const auto [at, is_new] =
      constants_.try_emplace({impl.constant.data, impl.type.ToString()}, kNoValue);
  if (!is_new) return at->second;
  const ValueId id = AddValue(impl.name.empty() ? "constant" : impl.name, impl.type.dtype);
  graph_.value(id).constant = impl.constant;
  graph_.value(id).dims.emplace();
  for (int64_t size : impl.type.shape) graph_.value(id).dims->push_back({size, ""});
  return at->second = id;
}

absl::StatusOr<std::vector<Constant>> Tracer::Known(const Node& node,
                                                    absl::Span<const Array> inputs,
                                                    const std::vector<TensorType>& types) const {
  const OpInfo& info = *FindOp(node.domain, node.op);
  size_t bytes = 0;
  for (const TensorType& type : types) bytes += type.byte_count();
  if (info.is_random || bytes > kKnownBytes) return std::vector<Constant>(types.size());
  static constexpr std::byte kUnread{};
  std::vector<Constant> constants;
  for (const Array& input : inputs) {
    constants.emplace_back();
    if (!input.present()) continue;
    constants.back() = {input.impl()->type, input.impl()->constant.data, nullptr};
    if (constants.back().data != nullptr) continue;
    if (!info.needs_only_shapes) return std::vector<Constant>(types.size());
    constants.back().data = &kUnread;
  }
  std::vector<const Constant*> pointers;
  for (const Constant& constant : constants) {
    pointers.push_back(constant.data == nullptr ? nullptr : &constant);
  }
  return EvaluateNode(runtime_->backends(), runtime_->thread_pool(), node, pointers);
}

absl::StatusOr<std::vector<Array>> Tracer::Apply(Node node, absl::Span<const Array> inputs,
                                                 int output_count) {
  if (finished_) {
    return absl::FailedPreconditionError(
        absl::StrCat(node.op, ": an input belongs to a trace that has ended"));
  }
  node.name = absl::StrCat(node.op, "_", graph_.nodes.size());
  for (const Array& input : inputs) {
    ValueId id = kNoValue;
    if (input.present()) {
      absl::StatusOr<ValueId> found = IdOf(input);
      if (!found.ok()) return Annotate(NodeLabel(node), found.status());
      id = *found;
    }
    node.inputs.push_back(id);
  }
  const ValueId first = static_cast<ValueId>(graph_.values.size());
  for (int i = 0; i < output_count; ++i) node.outputs.push_back(first + i);
  std::vector<TensorType> types;
  KAIROS_RETURN_IF_ERROR(Annotate(NodeLabel(node), InferTypes(node, OperandsOf(inputs), &types)));
  absl::StatusOr<std::vector<Constant>> known = Known(node, inputs, types);
  if (!known.ok()) return Annotate(NodeLabel(node), known.status());

  std::vector<Array> outputs;
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string suffix = types.size() == 1 ? "" : absl::StrCat(":", i);
    auto impl = std::make_shared<Array::Impl>();
    impl->evaluator = shared_from_this();
    impl->id = AddValue(absl::StrCat(node.name, suffix), types[i].dtype);
    impl->type = std::move(types[i]);
    impl->constant = std::move((*known)[i]);
    outputs.emplace_back(std::move(impl));
  }
  graph_.nodes.push_back(std::move(node));
  return outputs;
}

void Tracer::NoteRead(const Array::Impl& array, int axis) {
  if (finished_) return;
  const Value& value = graph_.value(array.id);
  const auto index = static_cast<size_t>(axis);
  if (value.dims.has_value() && (*value.dims)[index].size >= 0) return;  // a fixed size of an input
  const bool known = std::any_of(guards_.begin(), guards_.end(), [&](const GuardedSize& guard) {
    return guard.value == array.id && guard.axis == axis;
  });
  if (!known) guards_.push_back({array.id, axis, array.type.shape[index]});
}

void Tracer::Rename(const Array::Impl& array, absl::string_view name) {
  const auto index = static_cast<size_t>(array.id);
  std::string& current = graph_.values[index].name;
  if (finished_ || name.empty() || current == name) return;
  names_.erase(current);
  current = UniqueName(name);
  named_[index] = true;
}

absl::Status Tracer::AddOutput(const Array& array, const std::string& default_name) {
  KAIROS_RETURN_IF_ERROR(array.status());
  KAIROS_ASSIGN_OR_RETURN(ValueId id, IdOf(array));
  const auto holds = [id](const std::vector<ValueId>& ids) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
  };
  if (graph_.value(id).constant.has_value() || holds(graph_.inputs) || holds(graph_.outputs)) {
    Node node;
    node.op = "Identity";
    const Array inputs[] = {array};
    KAIROS_ASSIGN_OR_RETURN(const std::vector<Array> copies, Apply(std::move(node), inputs, 1));
    id = copies[0].impl()->id;
  }
  if (!named_[static_cast<size_t>(id)]) {
    names_.erase(graph_.value(id).name);
    graph_.value(id).name = UniqueName(default_name);
  }
  graph_.outputs.push_back(id);
  return absl::OkStatus();
}

absl::Status Tracer::Finish(absl::Span<const Array> outputs) {
  if (outputs.empty()) return absl::InvalidArgumentError("trace: the function returns no Array");
  for (size_t i = 0; i < outputs.size(); ++i) {
    const std::string name = outputs.size() == 1 ? "output" : absl::StrCat("output_", i);
    KAIROS_RETURN_IF_ERROR(
        Annotate(outputs.size() == 1 ? "trace" : absl::StrCat("trace: output ", i),
                 AddOutput(outputs[i], name)));
  }
  finished_ = true;
  return ValidateGraph(graph_);
}

}  // namespace kairos

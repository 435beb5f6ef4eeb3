#include "executor/analysis.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/evaluate.h"
#include "executor/inline_branch.h"
#include "executor/new_tensor.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

// Shape arithmetic is small; bigger results are computed by a step, unless they decide a shape.
constexpr size_t kFoldBytes = 4096;
// Of all that is computed here: a small file must not ask for more memory than there is.
constexpr size_t kTotalBytes = 64 << 20;

struct ValueFacts {
  TensorType type;
  Constant constant;  // `data` null: content not known
  bool known() const { return constant.data != nullptr; }
};

class Specializer {
 public:
  Specializer(const PreparedGraph& prepared, absl::Span<Backend* const> backends, ThreadPool& pool)
      : graph_(prepared.graph),
        decides_shape_(prepared.decides_shape),
        backends_(backends),
        pool_(pool) {}

  absl::StatusOr<SpecializedGraph> Run(const Signature& signature) {
    SetConstants();
    KAIROS_RETURN_IF_ERROR(SetKnownInputs(signature));
    std::vector<Node> nodes;
    std::swap(nodes, graph_.nodes);
    KAIROS_RETURN_IF_ERROR(VisitAll(std::move(nodes)));
    return Result();
  }

 private:
  ValueFacts& facts(ValueId id) { return facts_[static_cast<size_t>(id)]; }

  // Of the values that were added since it was called last.
  void SetConstants() {
    const size_t first = facts_.size();
    facts_.resize(graph_.values.size());
    decides_shape_.resize(graph_.values.size());
    for (size_t i = first; i < facts_.size(); ++i) {
      if (!graph_.values[i].constant.has_value()) continue;
      facts_[i] = {graph_.values[i].constant->type, *graph_.values[i].constant};
    }
  }

  absl::Status SetKnownInputs(const Signature& signature) {
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      ValueFacts& input = facts(graph_.inputs[i]);
      input.type = signature.inputs[i];
      const std::string& bytes = signature.values[i];
      const bool nothing =
          input.type.byte_count() == 0 && decides_shape_[static_cast<size_t>(graph_.inputs[i])];
      if (bytes.empty() && !nothing) continue;
      KAIROS_ASSIGN_OR_RETURN(input.constant, NewTensor(input.type));
      std::memcpy(NewData(input.constant), bytes.data(), bytes.size());
    }
    return absl::OkStatus();
  }

  // Leaves the nodes that are left, with those of inlined branches, in graph_.
  absl::Status VisitAll(std::vector<Node> nodes) {
    for (Node& node : nodes) {
      const OpInfo& info = *FindOp(node.domain, node.op);
      if (info.kind == OpKind::kControl) {
        KAIROS_RETURN_IF_ERROR(TakeBranch(node));
        continue;
      }
      absl::Status visited = info.kind == OpKind::kHost ? ComputeHost(node) : Visit(node);
      if (!visited.ok()) return Annotate(NodeLabel(node), visited);
      graph_.nodes.push_back(std::move(node));
    }
    return absl::OkStatus();
  }

  absl::Status TakeBranch(const Node& node) {
    const ValueFacts* condition = node.op == "If" ? &facts(node.inputs[0]) : nullptr;
    if (condition == nullptr || !condition->known()) {
      return absl::UnimplementedError(absl::StrCat(
          NodeLabel(node), ": what it runs depends on data, which only a run computes"));
    }
    const absl::StatusOr<bool> decided = ScalarBool(condition->constant, "the condition");
    if (!decided.ok()) return Annotate(NodeLabel(node), decided.status());
    const bool taken = *decided;
    std::vector<bool> wanted;
    for (ValueId id : node.outputs) {
      wanted.push_back(id != kNoValue && decides_shape_[static_cast<size_t>(id)]);
    }
    const Graph& branch = BranchOf(node, taken);
    const std::vector<bool> decides = ValuesThatDecideShapes(branch, wanted);
    InlinedBranch inlined = InlineBranch(node, taken, &graph_);
    SetConstants();
    for (size_t i = 0; i < decides.size(); ++i) {
      if (inlined.ids[i] == kNoValue || !decides[i]) continue;
      decides_shape_[static_cast<size_t>(inlined.ids[i])] = true;
    }
    return VisitAll(std::move(inlined.nodes));
  }

  absl::Status ComputeHost(const Node& node) {
    std::vector<const Constant*> inputs;
    for (ValueId id : node.inputs) {
      inputs.push_back(id == kNoValue ? nullptr : &facts(id).constant);
      if (id == kNoValue || facts(id).known()) continue;
      return absl::UnimplementedError("its shapes depend on data, which only a run computes");
    }
    return SetOutputs(node, EvaluateNode(backends_, pool_, node, inputs));
  }

  absl::Status SetOutputs(const Node& node, absl::StatusOr<std::vector<Constant>> outputs) {
    if (!outputs.ok()) return outputs.status();
    for (size_t i = 0; i < outputs->size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      facts(node.outputs[i]) = {(*outputs)[i].type, (*outputs)[i]};
    }
    return absl::OkStatus();
  }

  absl::Status Visit(const Node& node) {
    std::vector<Operand> inputs;
    for (ValueId id : node.inputs) {
      if (id == kNoValue) {
        inputs.emplace_back();
      } else {
        inputs.push_back({true, facts(id).type, false, facts(id).constant.data});
      }
    }
    std::vector<TensorType> types;
    absl::Status inferred = InferTypes(node, inputs, &types);
    if (inferred.code() == absl::StatusCode::kFailedPrecondition) {
      return absl::UnimplementedError(
          absl::StrCat(inferred.message(), ", which only a run computes"));
    }
    KAIROS_RETURN_IF_ERROR(inferred);
    size_t bytes = 0;
    bool decides_shape = false;
    for (size_t i = 0; i < types.size(); ++i) {
      bytes += types[i].byte_count();
      if (node.outputs[i] == kNoValue) continue;
      facts(node.outputs[i]).type = types[i];
      decides_shape |= decides_shape_[static_cast<size_t>(node.outputs[i])];
    }
    if (!decides_shape && bytes > std::min(kFoldBytes, left_bytes_)) return absl::OkStatus();
    return Fold(node, bytes);
  }

  absl::Status Fold(const Node& node, size_t bytes) {
    const OpInfo* info = FindOp(node.domain, node.op);
    if (info->is_random) return absl::OkStatus();
    static constexpr std::byte kUnread{};
    std::vector<Constant> typed;
    typed.reserve(node.inputs.size());
    std::vector<const Constant*> inputs;
    for (ValueId id : node.inputs) {
      if (id == kNoValue) {
        inputs.push_back(nullptr);
      } else if (facts(id).known()) {
        inputs.push_back(&facts(id).constant);
      } else if (info->needs_only_shapes) {
        typed.push_back({facts(id).type, &kUnread, nullptr});
        inputs.push_back(&typed.back());
      } else {
        return absl::OkStatus();
      }
    }
    if (bytes > left_bytes_) {
      return absl::ResourceExhaustedError(absl::StrCat("decides a shape and has ", bytes,
                                                       " bytes, expected at most ", left_bytes_));
    }
    left_bytes_ -= bytes;
    return SetOutputs(node, EvaluateNode(backends_, pool_, node, inputs));
  }

  std::vector<bool> LiveNodes() {
    std::vector<bool> live(graph_.nodes.size(), false);
    std::vector<bool> wanted(graph_.values.size(), false);
    for (ValueId id : graph_.outputs) wanted[static_cast<size_t>(id)] = true;
    for (size_t n = graph_.nodes.size(); n-- > 0;) {
      const Node& node = graph_.nodes[n];
      live[n] = std::any_of(node.outputs.begin(), node.outputs.end(), [&](ValueId id) {
        return id != kNoValue && wanted[static_cast<size_t>(id)] && !facts(id).known();
      });
      if (!live[n]) continue;
      for (ValueId id : node.inputs) {
        if (id != kNoValue && !facts(id).known()) wanted[static_cast<size_t>(id)] = true;
      }
    }
    return live;
  }

  SpecializedGraph Result() {
    SpecializedGraph result;
    const std::vector<bool> live = LiveNodes();
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      if (facts(graph_.inputs[i]).known()) continue;
      result.graph.inputs.push_back(graph_.inputs[i]);
      result.input_index.push_back(static_cast<int32_t>(i));
    }
    result.graph.outputs = graph_.outputs;
    for (size_t n = 0; n < live.size(); ++n) {
      if (live[n]) result.graph.nodes.push_back(std::move(graph_.nodes[n]));
    }
    for (size_t i = 0; i < facts_.size(); ++i) {
      Value value;
      value.name = std::move(graph_.values[i].name);
      if (facts_[i].known()) value.constant = std::move(facts_[i].constant);
      result.graph.values.push_back(std::move(value));
      result.types.push_back(std::move(facts_[i].type));
    }
    return result;
  }

  Graph graph_;  // with the branches of its Ifs that are taken
  std::vector<bool> decides_shape_;
  absl::Span<Backend* const> backends_;
  ThreadPool& pool_;
  std::vector<ValueFacts> facts_;
  size_t left_bytes_ = kTotalBytes;
};

}  // namespace

absl::StatusOr<SpecializedGraph> SpecializeGraph(const PreparedGraph& prepared,
                                                 const Signature& signature,
                                                 absl::Span<Backend* const> backends,
                                                 ThreadPool& pool) {
  return Specializer(prepared, backends, pool).Run(signature);
}

}  // namespace kairos

#include "executor/analysis.h"

#include <algorithm>
#include <cstring>
#include <memory>

#include "absl/strings/str_cat.h"

#include "base/aligned_buffer.h"
#include "base/status_macros.h"
#include "executor/evaluate.h"
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
      : prepared_(prepared),
        graph_(prepared.graph),
        backends_(backends),
        pool_(pool),
        facts_(graph_.values.size()) {}

  absl::StatusOr<SpecializedGraph> Run(const Signature& signature) {
    KAIROS_RETURN_IF_ERROR(SetKnownValues(signature));
    for (const Node& node : graph_.nodes) {
      KAIROS_RETURN_IF_ERROR(Annotate(NodeLabel(node), Visit(node)));
    }
    return Result();
  }

 private:
  ValueFacts& facts(ValueId id) { return facts_[static_cast<size_t>(id)]; }

  absl::Status SetKnownValues(const Signature& signature) {
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      if (!graph_.values[i].constant.has_value()) continue;
      facts_[i] = {graph_.values[i].constant->type, *graph_.values[i].constant};
    }
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      ValueFacts& input = facts(graph_.inputs[i]);
      input.type = signature.inputs[i];
      const std::string& bytes = signature.values[i];
      if (input.type.byte_count() == 0 &&
          prepared_.decides_shape[static_cast<size_t>(graph_.inputs[i])]) {
        static constexpr std::byte kNothing{};
        input.constant = {input.type, &kNothing, nullptr};
      }
      if (bytes.empty()) continue;
      KAIROS_ASSIGN_OR_RETURN(AlignedBuffer copy, AlignedBuffer::Make(bytes.size()));
      std::memcpy(copy.data(), bytes.data(), bytes.size());
      auto owner = std::make_shared<AlignedBuffer>(std::move(copy));
      input.constant = {input.type, owner->data(), owner};
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
      decides_shape |= prepared_.decides_shape[static_cast<size_t>(node.outputs[i])];
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
    KAIROS_ASSIGN_OR_RETURN(std::vector<Constant> outputs,
                            EvaluateNode(backends_, pool_, node, inputs));
    for (size_t i = 0; i < outputs.size(); ++i) {
      if (node.outputs[i] != kNoValue) facts(node.outputs[i]).constant = std::move(outputs[i]);
    }
    return absl::OkStatus();
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
      if (live[n]) result.graph.nodes.push_back(graph_.nodes[n]);
    }
    for (size_t i = 0; i < facts_.size(); ++i) {
      Value value;
      value.name = graph_.values[i].name;
      if (facts_[i].known()) value.constant = std::move(facts_[i].constant);
      result.graph.values.push_back(std::move(value));
      result.types.push_back(std::move(facts_[i].type));
    }
    return result;
  }

  const PreparedGraph& prepared_;
  const Graph& graph_;
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

#include "executor/lowering.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/evaluate.h"
#include "graph/layout_rule.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

constexpr int32_t kNoSlot = -1;

Node ReorderNode(Layout to, int32_t source, int32_t result, const std::string& name) {
  Node node;
  node.op = "Reorder";
  node.domain = kKairosDomain;
  node.name = name;
  node.inputs = {source};
  node.outputs = {result};
  node.attributes.Set("to", static_cast<int64_t>(to));
  return node;
}

class Lowerer {
 public:
  Lowerer(const SpecializedGraph& specialized, const LoweringOptions& options,
          absl::Span<Backend* const> backends, ThreadPool& pool)
      : graph_(specialized.graph),
        specialized_(specialized),
        options_(options),
        backends_(backends),
        pool_(pool),
        slots_of_(graph_.values.size(), {kNoSlot, kNoSlot}) {}

  absl::StatusOr<Lowered> Run() {
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const ValueId id = graph_.inputs[i];
      SetSlot(id, Layout::kPlain, NewSlot(Slot::Kind::kInput, type(id), graph_.value(id).name));
      slots().back().index = specialized_.input_index[i];
    }
    for (const Node& node : graph_.nodes) {
      KAIROS_RETURN_IF_ERROR(Annotate(NodeLabel(node), LowerNode(node)));
    }
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      KAIROS_RETURN_IF_ERROR(LowerOutput(static_cast<int32_t>(i), graph_.outputs[i]));
    }
    return std::move(lowered_);
  }

 private:
  std::vector<Slot>& slots() { return lowered_.record.slots; }
  const std::optional<Constant>& constant(ValueId id) const { return graph_.value(id).constant; }
  const TensorType& type(ValueId id) const {
    return constant(id).has_value() ? constant(id)->type
                                    : specialized_.types[static_cast<size_t>(id)];
  }
  int32_t& slot_of(ValueId id, Layout layout) {
    return slots_of_[static_cast<size_t>(id)][static_cast<size_t>(layout)];
  }
  void SetSlot(ValueId id, Layout layout, int32_t slot) { slot_of(id, layout) = slot; }

  int32_t NewSlot(Slot::Kind kind, TensorType type, std::string name) {
    Slot slot;
    slot.kind = kind;
    slot.type = std::move(type);
    slot.name = std::move(name);
    slots().push_back(std::move(slot));
    lowered_.root.push_back(static_cast<int32_t>(slots().size()) - 1);
    return lowered_.root.back();
  }

  // A slot of another type over the same bytes.
  int32_t NewView(int32_t of, TensorType type, const std::string& name) {
    const int32_t root = lowered_.root[static_cast<size_t>(of)];
    Slot slot = slots()[static_cast<size_t>(root)];
    slot.type = std::move(type);
    slot.name = name;
    slot.constant.type = slot.type;
    slots().push_back(std::move(slot));
    lowered_.root.push_back(root);
    return static_cast<int32_t>(slots().size()) - 1;
  }

  int32_t NewConstant(Constant constant, const std::string& name) {
    const int32_t slot = NewSlot(Slot::Kind::kConstant, constant.type, name);
    slots()[static_cast<size_t>(slot)].constant = std::move(constant);
    return slot;
  }

  void AddStep(Node node, std::vector<std::string> known) {
    StepRecord step;
    step.node = std::move(node);
    step.known = std::move(known);
    lowered_.record.steps.push_back(std::move(step));
  }

  absl::StatusOr<int32_t> SlotFor(ValueId id, Layout layout) {
    if (slot_of(id, layout) != kNoSlot) return slot_of(id, layout);
    TensorType wanted = type(id);
    const Layout other = layout == Layout::kPlain ? Layout::kChannelsLast : Layout::kPlain;
    if (slot_of(id, other) == kNoSlot) {
      const int32_t slot = NewConstant(*constant(id), graph_.value(id).name);
      SetSlot(id, Layout::kPlain, slot);
      if (layout == Layout::kPlain) return slot;
    }
    wanted.layout = layout;
    const int32_t source = slot_of(id, other);
    const std::string& name = graph_.value(id).name;
    if (SameMemoryOrder(wanted.shape, layout, other)) {
      SetSlot(id, layout, NewView(source, wanted, name));
    } else if (constant(id).has_value()) {
      const Constant* input = &*constant(id);
      KAIROS_ASSIGN_OR_RETURN(std::vector<Constant> reordered,
                              EvaluateNode(backends_, pool_, ReorderNode(layout, id, id, name),
                                           absl::MakeConstSpan(&input, 1)));
      SetSlot(id, layout, NewConstant(std::move(reordered[0]), ""));
    } else {
      SetSlot(id, layout, NewSlot(Slot::Kind::kArena, wanted, name));
      AddStep(ReorderNode(layout, source, slot_of(id, layout), absl::StrCat(name, "/reorder")),
              {""});
    }
    return slot_of(id, layout);
  }

  bool IsChannelsLastOnly(ValueId id) {
    return id != kNoValue && slot_of(id, Layout::kPlain) == kNoSlot &&
           slot_of(id, Layout::kChannelsLast) != kNoSlot;
  }

  Layout ChooseLayout(const Node& node, const OpInfo& info) {
    if (!options_.would_run || node.outputs[0] == kNoValue ||
        !MayBeChannelsLast(node, info, type(node.outputs[0]))) {
      return Layout::kPlain;
    }
    if (info.layout == LayoutClass::kSpatial) return PreferredLayout(node, info);
    const bool any = std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
      return IsChannelsLastOnly(id) && type(id).shape.size() == type(node.outputs[0]).shape.size();
    });
    return any ? Layout::kChannelsLast : Layout::kPlain;
  }

  Layout PreferredLayout(const Node& node, const OpInfo& info) {
    for (const Backend* backend : backends_) {
      const Layout layout = backend->preferred_layout();
      const std::vector<Operand> inputs = InputOperands(node, info, layout);
      std::vector<Operand> outputs(node.outputs.size());
      outputs[0] = {true, type(node.outputs[0])};
      outputs[0].type.layout = layout;
      if (options_.would_run({&node, inputs, outputs, pool_.thread_count()}) == backend) {
        return layout;
      }
    }
    return Layout::kPlain;
  }

  std::vector<Operand> InputOperands(const Node& node, const OpInfo& info, Layout layout) {
    std::vector<Operand> operands(node.inputs.size());
    for (size_t i = 0; i < operands.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (id == kNoValue) continue;
      operands[i] = {true, type(id), constant(id).has_value()};
      operands[i].type.layout = InputLayout(node, info, i, layout);
      if (IsKnown(info, i, id)) operands[i].data = constant(id)->data;
    }
    return operands;
  }

  Layout InputLayout(const Node& node, const OpInfo& info, size_t input, Layout layout) {
    if (layout == Layout::kPlain) return layout;
    return FollowsLayout(node, info, input, type(node.inputs[input]), type(node.outputs[0]))
               ? layout
               : Layout::kPlain;
  }

  // Whether the kernel is made for the operand's bytes.
  bool IsKnown(const OpInfo& info, size_t input, ValueId id) const {
    return input < 32 && (info.value_inputs >> input & 1) != 0 && constant(id).has_value();
  }

  absl::Status LowerNode(const Node& node) {
    const OpInfo& info = *FindOp(node.domain, node.op);
    if (info.is_view && node.post_ops.empty()) return LowerView(node);
    const Layout layout = ChooseLayout(node, info);
    Node step = node;
    std::vector<std::string> known(node.inputs.size());
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      const ValueId id = node.inputs[i];
      if (id == kNoValue) continue;
      KAIROS_ASSIGN_OR_RETURN(step.inputs[i], SlotFor(id, InputLayout(node, info, i, layout)));
      if (IsKnown(info, i, id)) {
        known[i].assign(static_cast<const char*>(constant(id)->data), type(id).byte_count());
      }
    }
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      const ValueId id = node.outputs[i];
      if (id == kNoValue) continue;
      TensorType result = type(id);
      result.layout = i == 0 ? layout : Layout::kPlain;
      step.outputs[i] = NewSlot(Slot::Kind::kArena, result, graph_.value(id).name);
      SetSlot(id, result.layout, step.outputs[i]);
    }
    AddStep(std::move(step), std::move(known));
    return absl::OkStatus();
  }

  absl::Status LowerView(const Node& node) {
    KAIROS_ASSIGN_OR_RETURN(int32_t source, SlotFor(node.inputs[0], Layout::kPlain));
    const ValueId id = node.outputs[0];
    SetSlot(id, Layout::kPlain, NewView(source, type(id), graph_.value(id).name));
    return absl::OkStatus();
  }

  absl::Status LowerOutput(int32_t index, ValueId id) {
    KAIROS_ASSIGN_OR_RETURN(int32_t slot, SlotFor(id, Layout::kPlain));
    const int32_t root = lowered_.root[static_cast<size_t>(slot)];
    lowered_.record.outputs.push_back(slot);
    if (slots()[static_cast<size_t>(root)].kind == Slot::Kind::kArena) {
      for (size_t i = 0; i < slots().size(); ++i) {
        if (lowered_.root[i] != root) continue;
        slots()[i].kind = Slot::Kind::kOutput;
        slots()[i].index = index;
      }
      return absl::OkStatus();
    }
    // The bytes are the caller's, a weight's or another output's: copy them.
    const int32_t copy = NewSlot(Slot::Kind::kOutput, type(id), graph_.value(id).name);
    slots().back().index = index;
    lowered_.record.outputs.back() = copy;
    Node node;
    node.op = "Identity";
    node.name = absl::StrCat(graph_.value(id).name, "/output", index);
    node.inputs = {slot};
    node.outputs = {copy};
    AddStep(std::move(node), {""});
    return absl::OkStatus();
  }

  const Graph& graph_;
  const SpecializedGraph& specialized_;
  const LoweringOptions& options_;
  absl::Span<Backend* const> backends_;
  ThreadPool& pool_;
  std::vector<std::array<int32_t, 2>> slots_of_;  // [value][layout]
  Lowered lowered_;
};

}  // namespace

absl::StatusOr<Lowered> Lower(const SpecializedGraph& specialized, const LoweringOptions& options,
                              absl::Span<Backend* const> backends, ThreadPool& pool) {
  return Lowerer(specialized, options, backends, pool).Run();
}

}  // namespace kairos

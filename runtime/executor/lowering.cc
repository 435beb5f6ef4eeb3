#include "executor/lowering.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/evaluate.h"
#include "executor/slot_table.h"
#include "graph/layout_rule.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

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
        loops_(options.loops),
        table_(graph_.values.size(), lowered_) {}

  absl::StatusOr<Lowered> Run() {
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      const ValueId id = graph_.inputs[i];
      slot_of(id, Layout::kPlain) = table_.New(Slot::Kind::kInput, type(id), graph_.value(id).name);
      slots().back().index = specialized_.input_index[i];
    }
    for (size_t begin = 0; begin < graph_.nodes.size();) {
      size_t end = begin + 1;
      const int32_t loop = LoopOf(begin);
      while (loop >= 0 && end < graph_.nodes.size() && LoopOf(end) == loop) ++end;
      KAIROS_RETURN_IF_ERROR(loop < 0 ? LowerAll(begin, end) : LowerLoop(begin, end, loop));
      begin = end;
    }
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      KAIROS_RETURN_IF_ERROR(LowerOutput(static_cast<int32_t>(i), graph_.outputs[i]));
    }
    return std::move(lowered_);
  }

 private:
  std::vector<Slot>& slots() { return lowered_.record.slots; }
  const std::optional<Constant>& constant(ValueId id) const { return graph_.value(id).constant; }
  const TensorType& whole_type(ValueId id) const {
    return constant(id).has_value() ? constant(id)->type
                                    : specialized_.types[static_cast<size_t>(id)];
  }
  // As the steps see it that are being lowered: in a loop, a value of the batch is a part.
  TensorType type(ValueId id) const {
    return is_part(id) ? PartOf(whole_type(id), turns_) : whole_type(id);
  }
  bool is_part(ValueId id) const { return turns_ > 1 && loops_.is_cut[static_cast<size_t>(id)]; }
  int32_t& slot_of(ValueId id, Layout layout) {
    return (is_part(id) ? table_.part(id) : table_.whole(id))[static_cast<size_t>(layout)];
  }
  int32_t LoopOf(size_t node) const { return loops_.loop_of.empty() ? -1 : loops_.loop_of[node]; }
  void SetSlot(ValueId id, Layout layout, int32_t slot) { slot_of(id, layout) = slot; }

  void AddStep(Node node, std::vector<std::string> known) {
    StepRecord step;
    step.node = std::move(node);
    step.known = std::move(known);
    if (turns_ > 1) step.loop = CurrentLoop();
    lowered_.record.steps.push_back(std::move(step));
  }

  // Of this loop, which is put down when its first step comes.
  int32_t CurrentLoop() {
    std::vector<int32_t>& turns = lowered_.record.loop_turns;
    if (!has_steps_) turns.push_back(turns_);
    has_steps_ = true;
    return static_cast<int32_t>(turns.size()) - 1;
  }

  absl::StatusOr<int32_t> SlotFor(ValueId id, Layout layout) {
    const Layout other = layout == Layout::kPlain ? Layout::kChannelsLast : Layout::kPlain;
    if (is_part(id) && slot_of(id, layout) == kNoSlot && slot_of(id, other) == kNoSlot) {
      OpenWindow(id, layout, other);
    }
    if (slot_of(id, layout) != kNoSlot) return slot_of(id, layout);
    TensorType wanted = type(id);
    if (slot_of(id, other) == kNoSlot) {
      const int32_t slot = table_.NewConstant(*constant(id), graph_.value(id).name);
      slot_of(id, Layout::kPlain) = slot;
      if (layout == Layout::kPlain) return slot;
    }
    wanted.layout = layout;
    const int32_t source = slot_of(id, other);
    const std::string& name = graph_.value(id).name;
    if (SameMemoryOrder(wanted.shape, layout, other)) {
      slot_of(id, layout) = table_.NewView(source, wanted, name);
    } else if (constant(id).has_value()) {
      const Constant* input = &*constant(id);
      KAIROS_ASSIGN_OR_RETURN(std::vector<Constant> reordered,
                              EvaluateNode(backends_, pool_, ReorderNode(layout, id, id, name),
                                           absl::MakeConstSpan(&input, 1)));
      slot_of(id, layout) = table_.NewConstant(std::move(reordered[0]), "");
    } else {
      slot_of(id, layout) = table_.New(Slot::Kind::kArena, wanted, name);
      AddStep(ReorderNode(layout, source, slot_of(id, layout), absl::StrCat(name, "/reorder")),
              {""});
    }
    return slot_of(id, layout);
  }

  // On a value that was there before the loop, in the wanted layout if it is there in that.
  void OpenWindow(ValueId id, Layout wanted, Layout other) {
    for (Layout layout : {wanted, other}) {
      const int32_t whole = table_.whole(id)[static_cast<size_t>(layout)];
      if (whole == kNoSlot) continue;
      slot_of(id, layout) = table_.NewWindow(whole, turns_);
      return;
    }
  }

  // Also of a value that the loop has not come to yet.
  bool LiesChannelsLast(ValueId id) {
    if (id == kNoValue) return false;
    const bool is_open = is_part(id) && table_.part(id) != kNoSlots;
    return IsChannelsLastOnly(is_open ? table_.part(id) : table_.whole(id));
  }

  Layout ChooseLayout(const Node& node, const OpInfo& info) {
    if (!options_.would_run || node.outputs[0] == kNoValue ||
        !MayBeChannelsLast(node, info, type(node.outputs[0]))) {
      return Layout::kPlain;
    }
    if (info.layout == LayoutClass::kSpatial) return PreferredLayout(node, info);
    const bool any = std::any_of(node.inputs.begin(), node.inputs.end(), [&](ValueId id) {
      return LiesChannelsLast(id) && type(id).shape.size() == type(node.outputs[0]).shape.size();
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

  absl::Status LowerAll(size_t begin, size_t end) {
    for (size_t n = begin; n < end; ++n) {
      const Node& node = graph_.nodes[n];
      KAIROS_RETURN_IF_ERROR(Annotate(NodeLabel(node), LowerNode(node)));
    }
    return absl::OkStatus();
  }

  // Lowers the nodes for parts of the batch. What is read behind the loop is written to where all
  // of it has room.
  absl::Status LowerLoop(size_t begin, size_t end, int32_t loop) {
    FindOutliving(begin, end);
    turns_ = loops_.turns[static_cast<size_t>(loop)];
    has_steps_ = false;
    table_.ForgetParts();
    const absl::Status lowered = LowerAll(begin, end);
    turns_ = 1;
    KAIROS_RETURN_IF_ERROR(lowered);
    for (size_t n = begin; n < end; ++n) {
      const Node& node = graph_.nodes[n];
      if (IsView(node) && outlives_[static_cast<size_t>(node.outputs[0])]) {
        KAIROS_RETURN_IF_ERROR(Annotate(NodeLabel(node), LowerView(node)));
      }
    }
    return absl::OkStatus();
  }

  // A view that is read behind the nodes needs all of its source.
  void FindOutliving(size_t begin, size_t end) {
    outlives_.assign(graph_.values.size(), false);
    const auto mark = [&](ValueId id) {
      if (id != kNoValue) outlives_[static_cast<size_t>(id)] = true;
    };
    for (ValueId id : graph_.outputs) mark(id);
    for (size_t n = end; n < graph_.nodes.size(); ++n) {
      for (ValueId id : graph_.nodes[n].inputs) mark(id);
    }
    for (size_t n = end; n-- > begin;) {
      const Node& node = graph_.nodes[n];
      if (IsView(node) && outlives_[static_cast<size_t>(node.outputs[0])]) mark(node.inputs[0]);
    }
  }

  absl::Status LowerNode(const Node& node) {
    const OpInfo& info = *FindOp(node.domain, node.op);
    if (IsView(node)) return LowerView(node);
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
      step.outputs[i] = NewResult(id, std::move(result));
    }
    AddStep(std::move(step), std::move(known));
    return absl::OkStatus();
  }

  // Where a step writes this value.
  int32_t NewResult(ValueId id, TensorType type) {
    const Layout layout = type.layout;
    const std::string& name = graph_.value(id).name;
    if (!is_part(id) || !outlives_[static_cast<size_t>(id)]) {
      return slot_of(id, layout) = table_.New(Slot::Kind::kArena, std::move(type), name);
    }
    type.shape = whole_type(id).shape;
    const int32_t whole = table_.New(Slot::Kind::kArena, std::move(type), name);
    table_.whole(id)[static_cast<size_t>(layout)] = whole;
    return slot_of(id, layout) = table_.NewWindow(whole, turns_);
  }

  absl::Status LowerView(const Node& node) {
    KAIROS_ASSIGN_OR_RETURN(int32_t source, SlotFor(node.inputs[0], Layout::kPlain));
    const ValueId id = node.outputs[0];
    slot_of(id, Layout::kPlain) = table_.NewView(source, type(id), graph_.value(id).name);
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
    const int32_t copy = table_.New(Slot::Kind::kOutput, type(id), graph_.value(id).name);
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
  const BatchLoops& loops_;
  // Of the loop that is being lowered, if `turns_` is not 1.
  int32_t turns_ = 1;
  bool has_steps_ = false;
  std::vector<bool> outlives_;  // per value: it is read behind the loop
  Lowered lowered_;
  SlotTable table_;
};

}  // namespace

absl::StatusOr<Lowered> Lower(const SpecializedGraph& specialized, const LoweringOptions& options,
                              absl::Span<Backend* const> backends, ThreadPool& pool) {
  return Lowerer(specialized, options, backends, pool).Run();
}

}  // namespace kairos

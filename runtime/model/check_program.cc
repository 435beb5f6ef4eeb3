#include "model/check_program.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/checked.h"
#include "base/status_macros.h"
#include "graph/layout_rule.h"
#include "model/format.h"

namespace kairos {
namespace {

using Kind = Slot::Kind;

// Whether a tensor of this type may stand where the model declares `value`.
absl::Status CheckDeclared(const TensorType& type, const Value& value) {
  bool fits = value.dtype == DType::kUndefined || value.dtype == type.dtype;
  if (value.dims.has_value()) {
    fits &= value.dims->size() == type.shape.size();
    for (size_t i = 0; fits && i < type.shape.size(); ++i) {
      const int64_t declared = (*value.dims)[i].size;
      fits = declared < 0 || declared == type.shape[i];
    }
  }
  if (fits) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("type is ", type.ToString(), ", which the model does not declare"));
}

absl::Status CheckType(const TensorType& type) {
  const absl::StatusOr<size_t> bytes = CheckedByteCount(type.dtype, type.shape);
  if (!bytes.ok()) return absl::DataLossError(bytes.status().message());
  const size_t rank = type.shape.size();
  if (type.layout == Layout::kPlain || (rank >= 3 && rank <= 5)) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("layout of ", type.ToString(), " is channels-last, expected rank 3 to 5"));
}

absl::Status CheckSignature(const Signature& signature, const Graph& graph) {
  if (signature.inputs.size() != graph.inputs.size() ||
      signature.values.size() != graph.inputs.size()) {
    return absl::DataLossError(absl::StrCat("signature has ", signature.inputs.size(),
                                            " inputs and ", signature.values.size(),
                                            " values, expected ", graph.inputs.size(), " of each"));
  }
  for (size_t i = 0; i < graph.inputs.size(); ++i) {
    const TensorType& type = signature.inputs[i];
    const std::string label = absl::StrCat("input ", i);
    KAIROS_RETURN_IF_ERROR(Annotate(label, CheckType(type)));
    KAIROS_RETURN_IF_ERROR(Annotate(label, CheckDeclared(type, graph.value(graph.inputs[i]))));
    const std::string& value = signature.values[i];
    if (type.layout != Layout::kPlain || (!value.empty() && value.size() != type.byte_count())) {
      return absl::DataLossError(absl::StrCat(label, ": got ", value.size(), " bytes of value for ",
                                              type.ToString(), ", expected a plain layout and ",
                                              type.byte_count(), " or none"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckIndex(const Slot& slot, size_t count) {
  if (slot.index >= 0 && static_cast<size_t>(slot.index) < count) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("index is ", slot.index, ", expected 0 to ", count, " exclusive"));
}

std::string Times(int32_t turns) { return turns == 1 ? "" : absl::StrCat(" times ", turns); }

// The bytes of inputs and outputs are the caller's, in plain order.
absl::Status CheckCallersSlot(const Slot& slot, const TensorType& outer) {
  if (slot.type.dtype == outer.dtype && slot.extent() == outer.byte_count() &&
      SameMemoryOrder(slot.type.shape, slot.type.layout, Layout::kPlain)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("type is ", slot.type.ToString(), Times(slot.turns),
                                          ", expected one over the bytes of ", outer.ToString()));
}

absl::Status CheckSlot(const Slot& slot, const ProgramRecord& program, const Graph& graph) {
  KAIROS_RETURN_IF_ERROR(CheckType(slot.type));
  const uint64_t bytes = slot.extent();
  switch (slot.kind) {
    case Kind::kArena:
      if (slot.offset % kSegmentAlignment == 0 &&
          RangeFits(slot.offset, bytes, program.arena_bytes)) {
        return absl::OkStatus();
      }
      return absl::DataLossError(
          absl::StrCat(bytes, " bytes at offset ", slot.offset, ", expected a multiple of ",
                       kSegmentAlignment, " inside the arena of ", program.arena_bytes, " bytes"));
    case Kind::kInput:
      KAIROS_RETURN_IF_ERROR(CheckIndex(slot, program.signature.inputs.size()));
      return CheckCallersSlot(slot, program.signature.inputs[static_cast<size_t>(slot.index)]);
    case Kind::kOutput:
      return CheckIndex(slot, graph.outputs.size());
    case Kind::kConstant:
      break;
  }
  return absl::OkStatus();
}

// Each output has its slot, of a type that the model declares; other slots share its bytes.
absl::Status CheckOutputSlots(const ProgramRecord& program, const Graph& graph) {
  if (program.outputs.size() != graph.outputs.size()) {
    return absl::DataLossError(
        absl::StrCat("got ", program.outputs.size(), " outputs, expected ", graph.outputs.size()));
  }
  std::vector<const TensorType*> types;
  for (size_t i = 0; i < program.outputs.size(); ++i) {
    const auto id = static_cast<size_t>(program.outputs[i]);  // -1 is far out of range
    if (id >= program.slots.size() || program.slots[id].kind != Kind::kOutput ||
        static_cast<size_t>(program.slots[id].index) != i) {
      return absl::DataLossError(
          absl::StrCat("output ", i, ": slot ", program.outputs[i], " is no slot of that output"));
    }
    types.push_back(&program.slots[id].type);
    KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("output ", i),
                                    CheckDeclared(*types[i], graph.value(graph.outputs[i]))));
  }
  for (size_t i = 0; i < program.slots.size(); ++i) {
    const Slot& slot = program.slots[i];
    if (slot.kind != Kind::kOutput) continue;
    KAIROS_RETURN_IF_ERROR(Annotate(
        absl::StrCat("slot ", i), CheckCallersSlot(slot, *types[static_cast<size_t>(slot.index)])));
  }
  return absl::OkStatus();
}

absl::Status CheckSlots(const ProgramRecord& program, const Graph& graph) {
  uint64_t most = 0;
  for (size_t i = 0; i < program.slots.size(); ++i) {
    const Slot& slot = program.slots[i];
    KAIROS_RETURN_IF_ERROR(Annotate(absl::StrCat("slot ", i), CheckSlot(slot, program, graph)));
    if (slot.kind == Kind::kArena) most += AlignUp(slot.extent(), kSegmentAlignment);
  }
  if (program.arena_bytes > most) {
    return absl::DataLossError(absl::StrCat("arena_bytes is ", program.arena_bytes,
                                            ", expected at most ", most,
                                            ", the bytes of all its slots"));
  }
  return CheckOutputSlots(program, graph);
}

// The steps as a graph over the slots, so that ValidateGraph() checks indices, order, arity and
// attributes. What no step produces is there from the start.
Graph StepGraph(const ProgramRecord& program) {
  Graph graph;
  graph.values.resize(program.slots.size());
  std::vector<bool> produced(program.slots.size(), false);
  for (size_t s = 0; s < program.steps.size(); ++s) {
    graph.nodes.push_back(program.steps[s].node);
    graph.nodes.back().name = absl::StrCat("step ", s);
    for (ValueId id : graph.nodes.back().outputs) {
      if (id >= 0 && static_cast<size_t>(id) < produced.size()) {
        produced[static_cast<size_t>(id)] = true;
      }
    }
  }
  for (size_t i = 0; i < program.slots.size(); ++i) {
    graph.values[i].name = absl::StrCat("slot ", i);
    if (!produced[i]) graph.inputs.push_back(static_cast<ValueId>(i));
    if (produced[i] && program.slots[i].kind == Kind::kOutput) {
      graph.outputs.push_back(static_cast<ValueId>(i));
    }
  }
  return graph;
}

absl::Status CheckKnown(const StepRecord& step, const std::vector<Slot>& slots) {
  if (step.known.size() != step.node.inputs.size()) {
    return absl::DataLossError(absl::StrCat("got ", step.known.size(), " known values, expected ",
                                            step.node.inputs.size(), ", as inputs"));
  }
  for (size_t i = 0; i < step.known.size(); ++i) {
    const std::string& known = step.known[i];
    if (known.empty()) continue;
    const ValueId id = step.node.inputs[i];
    const Slot* slot = id == kNoValue ? nullptr : &slots[static_cast<size_t>(id)];
    const uint64_t bytes = slot == nullptr ? 0 : slot->type.byte_count();
    if (known.size() != bytes) {
      return absl::DataLossError(absl::StrCat("known value of input ", i, " has ", known.size(),
                                              " bytes, expected ", bytes));
    }
    if (slot->constant.data != nullptr && std::memcmp(slot->constant.data, known.data(), bytes)) {
      return absl::DataLossError(
          absl::StrCat("known value of input ", i, " differs from the constant it is read from"));
    }
  }
  return absl::OkStatus();
}

// What an operator reads and writes must lie in memory as the executor would have laid it out: a
// kernel may take a layout for granted.
absl::Status CheckLayouts(const Node& node, const std::vector<Slot>& slots) {
  const OpInfo& info = *FindOp(node.domain, node.op);
  const auto type = [&](ValueId id) -> const TensorType& {
    return slots[static_cast<size_t>(id)].type;
  };
  Layout expected = Layout::kPlain;
  const auto check = [&](absl::string_view what, size_t i, ValueId id) {
    if (id == kNoValue || type(id).layout == expected) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat(what, " ", i, " of ", node.op, " is ", type(id).ToString(), ", expected the ",
                     expected == Layout::kPlain ? "plain" : "channels-last", " layout"));
  };
  if (node.domain == kKairosDomain && node.op == "Reorder") {
    expected = static_cast<Layout>(node.attributes.Int("to", 0));
    return check("output", 0, node.outputs[0]);
  }
  static const TensorType kAbsent;
  const TensorType& output = node.outputs[0] == kNoValue ? kAbsent : type(node.outputs[0]);
  const Layout layout = MayBeChannelsLast(node, info, output) ? output.layout : Layout::kPlain;
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    expected = i == 0 ? layout : Layout::kPlain;
    KAIROS_RETURN_IF_ERROR(check("output", i, node.outputs[i]));
  }
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    const ValueId id = node.inputs[i];
    if (id == kNoValue) continue;
    expected = FollowsLayout(node, info, i, type(id), output) ? layout : Layout::kPlain;
    KAIROS_RETURN_IF_ERROR(check("input", i, id));
  }
  return absl::OkStatus();
}

absl::Status CheckStep(const StepRecord& step, const std::vector<Slot>& slots) {
  KAIROS_RETURN_IF_ERROR(CheckKnown(step, slots));
  KAIROS_RETURN_IF_ERROR(CheckLayouts(step.node, slots));
  for (ValueId id : step.node.outputs) {
    if (id == kNoValue) continue;
    const Kind kind = slots[static_cast<size_t>(id)].kind;
    if (kind == Kind::kInput || kind == Kind::kConstant) {
      return absl::DataLossError(
          absl::StrCat("writes slot ", id, ", which is an input or a constant of the model"));
    }
  }
  std::vector<bool> seen(step.node.inputs.size(), false);
  for (const PackedWeight& packed : step.packed) {
    const auto input = static_cast<size_t>(packed.input);  // -1 is far out of range
    if (input >= seen.size() || step.node.inputs[input] == kNoValue || seen[input] ||
        slots[static_cast<size_t>(step.node.inputs[input])].kind != Kind::kConstant) {
      return absl::DataLossError(absl::StrCat("packed weight is for input ", packed.input,
                                              ", expected each constant input at most once"));
    }
    seen[input] = true;
  }
  return absl::OkStatus();
}

absl::Status CheckThreads(int32_t threads) {
  if (threads >= 1 && threads <= kMaxPlanThreads) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("threads is ", threads, ", expected 1 to ", kMaxPlanThreads));
}

// What is known here of a part of a model: it has as many inputs and outputs as its Program.
Graph UndeclaredPart(const ProgramRecord& program) {
  Graph part;
  for (size_t i = 0; i < program.signature.inputs.size() + program.outputs.size(); ++i) {
    const bool is_input = i < program.signature.inputs.size();
    (is_input ? part.inputs : part.outputs).push_back(static_cast<ValueId>(i));
    part.values.emplace_back();
  }
  return part;
}

}  // namespace

absl::Status CheckPlan(const Plan& plan, const Graph& graph) {
  KAIROS_RETURN_IF_ERROR(CheckThreads(plan.threads));
  for (size_t i = 0; i < plan.programs.size(); ++i) {
    KAIROS_RETURN_IF_ERROR(
        Annotate(absl::StrCat("program ", i), CheckProgram(plan.programs[i], graph)));
  }
  return absl::OkStatus();
}

absl::Status CheckProgram(const ProgramRecord& program, const Graph& model) {
  KAIROS_RETURN_IF_ERROR(CheckThreads(program.threads));
  const bool is_part = !program.signature.region.empty();
  const Graph part = is_part ? UndeclaredPart(program) : Graph();
  const Graph& graph = is_part ? part : model;
  KAIROS_RETURN_IF_ERROR(CheckSignature(program.signature, graph));
  KAIROS_RETURN_IF_ERROR(CheckSlotsOfLoops(program));
  KAIROS_RETURN_IF_ERROR(CheckSlots(program, graph));
  KAIROS_RETURN_IF_ERROR(ValidateGraph(StepGraph(program)));
  for (size_t s = 0; s < program.steps.size(); ++s) {
    KAIROS_RETURN_IF_ERROR(
        Annotate(absl::StrCat("step ", s), CheckStep(program.steps[s], program.slots)));
  }
  KAIROS_RETURN_IF_ERROR(CheckLoops(program));
  return CheckMemory(program);
}

}  // namespace kairos

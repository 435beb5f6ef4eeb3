#include "executor/staged_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "executor/control_flow.h"
#include "executor/event_timer.h"
#include "executor/host_ops.h"
#include "executor/new_tensor.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

// Those of one step, in a loop whose bounds differ each time.
constexpr size_t kMaxByValue = 256;

// The bytes of input 0 in the shape that the other inputs say.
absl::StatusOr<std::vector<AnyValue>> RunView(const Node& node,
                                              absl::Span<const AnyValue* const> inputs) {
  std::vector<Operand> operands;
  for (const AnyValue* input : inputs) {
    if (input == nullptr) {
      operands.emplace_back();
    } else if (!input->is_tensor()) {
      return absl::InvalidArgumentError(
          absl::StrCat("got ", input->ToString(), ", expected a tensor"));
    } else {
      operands.push_back({true, input->tensor.type, false, input->tensor.data});
    }
  }
  std::vector<TensorType> types;
  KAIROS_RETURN_IF_ERROR(InferTypes(node, operands, &types));
  std::vector<AnyValue> outputs;
  outputs.emplace_back(WithShape(inputs[0]->tensor, types[0].shape));
  return outputs;
}

}  // namespace

StagedRun::StagedRun(Engine& engine, std::shared_ptr<const StagedModel> model)
    : engine_(engine), model_(std::move(model)) {
  for (const std::shared_ptr<const RegionGraph>& region : model_->regions) {
    std::vector<bool> keyed;
    for (ValueId id : region->prepared.graph.inputs) {
      keyed.push_back(region->prepared.decides_shape[static_cast<size_t>(id)]);
    }
    std::shared_ptr<const PreparedGraph> prepared(region, &region->prepared);
    sets_.push_back(std::make_unique<ProgramSet>(
        region->id, region->prepared.graph, std::move(keyed),
        [prepared](const Policy&) { return prepared; }, region->by_value ? kMaxByValue : 0));
  }
}

absl::StatusOr<std::vector<AnyValue>> StagedRun::Run(std::vector<AnyValue> inputs) {
  for (const std::unique_ptr<ProgramSet>& set : sets_) set->last = nullptr;
  return RunGraph(*model_->main, std::move(inputs));
}

std::vector<const Program*> StagedRun::LastPrograms() const {
  std::vector<const Program*> programs;
  for (const std::unique_ptr<ProgramSet>& set : sets_) {
    if (set->last != nullptr) programs.push_back(set->last);
  }
  return programs;
}

ProgramSet* StagedRun::SetOf(const std::string& region) {
  const auto found =
      std::find_if(sets_.begin(), sets_.end(),
                   [&](const std::unique_ptr<ProgramSet>& set) { return set->region == region; });
  return found == sets_.end() ? nullptr : found->get();
}

absl::StatusOr<std::vector<AnyValue>> StagedRun::RunGraph(const StagedGraph& graph,
                                                          std::vector<AnyValue> inputs) {
  std::vector<AnyValue> slots(graph.slot_count);
  const auto slot = [&](int32_t index) -> AnyValue& { return slots[static_cast<size_t>(index)]; };
  for (size_t i = 0; i < inputs.size(); ++i) slot(graph.inputs[i]) = std::move(inputs[i]);
  for (const auto& [index, constant] : graph.constants) slot(index) = constant;
  for (const StagedGraph::Stage& stage : graph.stages) {
    std::vector<const AnyValue*> given;
    for (int32_t index : stage.inputs) given.push_back(index == kNoSlot ? nullptr : &slot(index));
    KAIROS_ASSIGN_OR_RETURN(std::vector<AnyValue> made, RunStage(stage, given));
    for (size_t i = 0; i < stage.outputs.size(); ++i) {
      if (stage.outputs[i] != kNoSlot) slot(stage.outputs[i]) = std::move(made[i]);
    }
    for (int32_t index : stage.done) slot(index) = AnyValue();
  }
  std::vector<AnyValue> outputs;
  for (int32_t index : graph.outputs) outputs.push_back(slot(index));
  return outputs;
}

absl::StatusOr<std::vector<AnyValue>> StagedRun::RunStage(
    const StagedGraph::Stage& stage, absl::Span<const AnyValue* const> inputs) {
  if (stage.region != nullptr) return RunRegion(*stage.region, inputs);
  if (engine_.options().interrupt) {
    KAIROS_RETURN_IF_ERROR(Annotate(NodeLabel(stage.node), engine_.options().interrupt()));
  }
  EventTimer timer(engine_.options(), Event::Kind::kRun, stage.node);
  absl::StatusOr<std::vector<AnyValue>> outputs;
  if (stage.flow == NodeFlow::kControl) {
    outputs =
        RunControl(stage, inputs, [this](const StagedGraph& body, std::vector<AnyValue> values) {
          return RunGraph(body, std::move(values));
        });
  } else {
    outputs =
        stage.flow == NodeFlow::kView ? RunView(stage.node, inputs) : RunHostOp(stage.node, inputs);
  }
  if (!outputs.ok()) return Annotate(NodeLabel(stage.node), outputs.status());
  return outputs;
}

absl::StatusOr<std::vector<AnyValue>> StagedRun::RunRegion(
    const RegionGraph& region, absl::Span<const AnyValue* const> inputs) {
  const Graph& graph = region.prepared.graph;
  std::vector<TensorView> views;
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!inputs[i]->is_tensor()) {
      return absl::InvalidArgumentError(absl::StrCat("value '", graph.value(graph.inputs[i]).name,
                                                     "': got ", inputs[i]->ToString(),
                                                     ", expected a tensor"));
    }
    if (inputs[i]->tensor.type.dtype == DType::kString) {
      return absl::UnimplementedError(
          absl::StrCat("value '", graph.value(graph.inputs[i]).name,
                       "': strings pass through, no kernel takes them"));
    }
    views.push_back(ViewOf(inputs[i]->tensor));
  }
  ProgramSet& set = *sets_[region.index];
  KAIROS_ASSIGN_OR_RETURN(BoundProgram * program, engine_.ProgramFor(set, views));
  std::vector<AnyValue> outputs;
  std::vector<MutableTensorView> targets;
  KAIROS_RETURN_IF_ERROR(NewOutputs(program->output_types(), &outputs, &targets));
  KAIROS_RETURN_IF_ERROR(engine_.Execute(set, *program, views, targets));
  if (records_ != nullptr) KAIROS_RETURN_IF_ERROR(Collect(program->program()));
  return outputs;
}

absl::Status StagedRun::Collect(const Program& program) {
  const bool known = std::any_of(
      records_->begin(), records_->end(),
      [&](const ProgramRecord& record) { return record.signature == program.record.signature; });
  if (known) return absl::OkStatus();
  KAIROS_ASSIGN_OR_RETURN(ProgramRecord record, CompleteRecord(program));
  records_->push_back(std::move(record));
  return absl::OkStatus();
}

}  // namespace kairos

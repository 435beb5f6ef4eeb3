#include "rtbench/model_facts.h"

#include <algorithm>
#include <set>
#include <string>

#include "kairos/node_cost.h"

namespace kairos {
namespace {

constexpr int64_t kGrowth = 8;

double StepFlop(const Node& node, const std::vector<Slot>& slots) {
  const auto operands = [&](const std::vector<ValueId>& ids) {
    std::vector<Operand> found(ids.size());
    for (size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] != kNoValue) found[i] = {true, slots[static_cast<size_t>(ids[i])].type};
    }
    return found;
  };
  return FlopOf(node, operands(node.inputs), operands(node.outputs));
}

}  // namespace

Work WorkOf(const ProgramRecord& record) {
  Work work;
  for (const StepRecord& step : record.steps) {
    const double turns = record.turns_of(step);
    work.flop += turns * StepFlop(step.node, record.slots);
    for (const std::vector<ValueId>* ids : {&step.node.inputs, &step.node.outputs}) {
      for (ValueId id : *ids) {
        if (id == kNoValue) continue;
        const uint64_t bytes = record.slots[static_cast<size_t>(id)].type.byte_count();
        work.traffic_bytes += turns * static_cast<double>(bytes);
      }
    }
  }
  return work;
}

double WeightsMb(const Model& model) {
  std::set<const void*> seen;
  double bytes = 0;
  for (const Value& value : model.graph().values) {
    if (!value.constant.has_value() || !seen.insert(value.constant->data).second) continue;
    bytes += static_cast<double>(value.constant->type.byte_count());
  }
  return bytes / 1e6;
}

nlohmann::json FileSizes(const Model& model) {
  nlohmann::json sizes = {{"weights_mb", WeightsMb(model)}};
  for (const LoadPhase& phase : model.load_phases()) {
    const double mb = static_cast<double>(phase.bytes) / 1e6;
    if (phase.name == "io") sizes["file_mb"] = mb;
    if (phase.name == "verify") sizes["graph_mb"] = mb;
    if (phase.name == "plan") sizes["plan_mb"] = mb;
  }
  return sizes;
}

std::optional<std::vector<NamedShape>> UnseenShapes(const Model& model,
                                                    const std::vector<NamedShape>& shapes) {
  const auto is_free = [](const Dim& dim) { return dim.size < 0; };
  const Dim* grown = nullptr;
  for (ValueId id : model.graph().inputs) {
    const Value& input = model.graph().value(id);
    if (grown != nullptr || !input.dims.has_value()) continue;
    const auto last = std::find_if(input.dims->rbegin(), input.dims->rend(), is_free);
    if (last != input.dims->rend()) grown = &*last;
  }
  if (grown == nullptr) return std::nullopt;
  std::vector<NamedShape> unseen;
  for (ValueId id : model.graph().inputs) {
    const Value& input = model.graph().value(id);
    if (!input.dims.has_value()) return std::nullopt;
    const auto given = std::find_if(shapes.begin(), shapes.end(),
                                    [&](const NamedShape& s) { return s.name == input.name; });
    NamedShape shape{input.name, {}};
    for (size_t i = 0; i < input.dims->size(); ++i) {
      const Dim& dim = (*input.dims)[i];
      const bool known = given != shapes.end() && i < given->shape.size();
      int64_t size = known ? given->shape[i] : std::max<int64_t>(dim.size, 1);
      const bool same_name = !dim.symbol.empty() && dim.symbol == grown->symbol;
      if (is_free(dim) && (&dim == grown || same_name)) size += kGrowth;
      shape.shape.push_back(size);
    }
    unseen.push_back(std::move(shape));
  }
  return unseen;
}

}  // namespace kairos

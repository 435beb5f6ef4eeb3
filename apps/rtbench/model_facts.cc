#include "rtbench/model_facts.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "absl/strings/str_cat.h"

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

double FolderMb(const std::string& path) {
  double bytes = 0;
  std::error_code error;
  const std::filesystem::recursive_directory_iterator end;
  for (std::filesystem::recursive_directory_iterator it(path, error); !error && it != end;
       it.increment(error)) {
    std::error_code gone;  // others may use the folder
    const auto size = it->is_regular_file(gone) ? it->file_size(gone) : 0;
    if (!gone) bytes += static_cast<double>(size);
  }
  return bytes / 1e6;
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

absl::StatusOr<ChurnDims> FindChurnDims(const Model& model, const Churn& churn) {
  const Graph& graph = model.graph();
  const auto named = std::find_if(graph.inputs.begin(), graph.inputs.end(),
                                  [&](ValueId id) { return graph.value(id).name == churn.input; });
  if (named == graph.inputs.end()) {
    return absl::InvalidArgumentError(absl::StrCat("churn: input '", churn.input, "': unknown"));
  }
  const Value& input = graph.value(*named);
  const auto axis = static_cast<size_t>(churn.axis);
  ChurnDims dims = {{churn.input, churn.axis}};
  if (!input.dims.has_value()) return dims;
  if (axis >= input.dims->size()) {
    return absl::InvalidArgumentError(absl::StrCat("churn: input '", churn.input, "' has rank ",
                                                   input.dims->size(), ", got axis ", churn.axis));
  }
  const std::string& symbol = (*input.dims)[axis].symbol;
  for (ValueId id : graph.inputs) {
    const Value& other = graph.value(id);
    if (symbol.empty() || !other.dims.has_value()) continue;
    for (size_t i = 0; i < other.dims->size(); ++i) {
      const bool is_named = id == *named && i == axis;
      if ((*other.dims)[i].symbol == symbol && !is_named)
        dims.emplace_back(other.name, static_cast<int>(i));
    }
  }
  return dims;
}

}  // namespace kairos

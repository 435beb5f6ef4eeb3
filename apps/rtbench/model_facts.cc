#include "rtbench/model_facts.h"

#include <algorithm>
#include <set>
#include <string>

namespace kairos {
namespace {

constexpr int64_t kGrowth = 8;

double Elements(const TensorType& type) { return static_cast<double>(type.element_count()); }

double StepFlop(const Node& node, const std::vector<Slot>& slots) {
  if (!node.domain.empty() || node.inputs.size() < 2 || node.outputs.empty()) return 0;
  const auto type = [&](ValueId id) -> const TensorType* {
    return id == kNoValue ? nullptr : &slots[static_cast<size_t>(id)].type;
  };
  const TensorType *a = type(node.inputs[0]), *b = type(node.inputs[1]), *y = type(node.outputs[0]);
  if (a == nullptr || b == nullptr) return 0;
  const bool recurrent = node.op == "LSTM" || node.op == "GRU" || node.op == "RNN";
  if (recurrent && node.inputs.size() > 2 && type(node.inputs[2]) != nullptr &&
      a->shape.size() == 3) {
    const double steps = static_cast<double>(a->shape[0] * a->shape[1]);
    return 2 * steps * (Elements(*b) + Elements(*type(node.inputs[2])));
  }
  if (y == nullptr || b->shape.empty() || a->shape.empty()) return 0;
  const double per_row = Elements(*b) / std::max<double>(1, static_cast<double>(b->shape[0]));
  if (node.op == "Conv") return 2 * Elements(*y) * per_row;
  if (node.op == "ConvTranspose") return 2 * Elements(*a) * per_row;
  if (node.op == "MatMul") return 2 * Elements(*y) * static_cast<double>(a->shape.back());
  if (node.op == "Gemm" && !y->shape.empty()) {
    const double rows = std::max<double>(1, static_cast<double>(y->shape[0]));
    return 2 * Elements(*y) * Elements(*a) / rows;
  }
  return 0;
}

}  // namespace

Work WorkOf(const ProgramRecord& record) {
  Work work;
  for (const StepRecord& step : record.steps) {
    work.flop += StepFlop(step.node, record.slots);
    for (const std::vector<ValueId>* ids : {&step.node.inputs, &step.node.outputs}) {
      for (ValueId id : *ids) {
        if (id == kNoValue) continue;
        work.traffic_bytes +=
            static_cast<double>(record.slots[static_cast<size_t>(id)].type.byte_count());
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

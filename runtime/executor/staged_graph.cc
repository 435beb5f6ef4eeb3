#include "executor/staged_graph.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "graph/subgraphs.h"
#include "model/digest.h"

namespace kairos {
namespace {

class Cutter {
 public:
  // `path` tells the graph from others of the model.
  Cutter(const Graph& graph, const std::vector<ValueFlow>& inputs, std::string path,
         std::vector<std::shared_ptr<const RegionGraph>>* regions)
      : graph_(graph),
        flow_(AnalyzeFlow(graph, inputs)),
        path_(std::move(path)),
        regions_(*regions),
        slots_(graph.values.size(), kNoSlot),
        made_by_(graph.values.size(), kNowhere),
        leaves_(graph.values.size(), false) {}

  std::shared_ptr<const StagedGraph> Run() {
    OrderNodes();
    FindLeaving();
    for (ValueId id : graph_.inputs) {
      staged_.inputs.push_back(Slot(id));
      staged_.input_values.push_back(graph_.value(id));
    }
    for (size_t g = 0; g < groups_.size(); ++g) {
      if (!groups_[g].empty()) AddStage(groups_[g]);
    }
    for (ValueId id : graph_.outputs) {
      staged_.outputs.push_back(Slot(id));
      staged_.output_values.push_back(graph_.value(id));
    }
    FindDone();
    return std::make_shared<const StagedGraph>(std::move(staged_));
  }

 private:
  using Group = std::vector<size_t>;  // nodes of a stage
  static constexpr size_t kNowhere = static_cast<size_t>(-1);

  bool IsProgram(size_t node) const { return flow_.nodes[node] == NodeFlow::kProgram; }
  template <typename Visit>
  static void ForEach(const std::vector<ValueId>& ids, const Visit& visit) {
    for (ValueId id : ids) {
      if (id != kNoValue) visit(static_cast<size_t>(id));
    }
  }

  // Nodes of Programs go as early as they can, so that there are few and large regions: region r
  // runs when all steps of rank r - 1 have. A step may use what region and steps of its rank made.
  void OrderNodes() {
    std::vector<size_t> for_program(graph_.values.size(), 0), for_step(graph_.values.size(), 0);
    std::vector<Group> programs(1);
    std::vector<std::vector<size_t>> steps(1);
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      const std::vector<size_t>& ready = IsProgram(n) ? for_program : for_step;
      size_t rank = 0;
      ForEach(graph_.nodes[n].inputs, [&](size_t v) { rank = std::max(rank, ready[v]); });
      if (rank >= programs.size()) {
        programs.resize(rank + 1);
        steps.resize(rank + 1);
      }
      (IsProgram(n) ? programs : steps)[rank].push_back(n);
      ForEach(graph_.nodes[n].outputs, [&](size_t v) {
        for_step[v] = rank;
        for_program[v] = IsProgram(n) ? rank : rank + 1;
      });
    }
    for (size_t rank = 0; rank < programs.size(); ++rank) {
      groups_.push_back(std::move(programs[rank]));
      for (size_t n : steps[rank]) groups_.push_back({n});
    }
  }

  // Values that are read in other groups than that which makes them.
  void FindLeaving() {
    for (size_t g = 0; g < groups_.size(); ++g) {
      for (size_t n : groups_[g]) {
        ForEach(graph_.nodes[n].outputs, [&](size_t v) { made_by_[v] = g; });
        ForEach(graph_.nodes[n].inputs,
                [&](size_t v) { leaves_[v] = leaves_[v] || made_by_[v] != g; });
      }
    }
    ForEach(graph_.outputs, [&](size_t v) { leaves_[v] = true; });
  }

  int32_t Slot(ValueId id) {
    if (id == kNoValue) return kNoSlot;
    int32_t& slot = slots_[static_cast<size_t>(id)];
    if (slot != kNoSlot) return slot;
    slot = static_cast<int32_t>(staged_.slot_count++);
    if (graph_.value(id).constant.has_value()) {
      staged_.constants.emplace_back(slot, *graph_.value(id).constant);
    }
    return slot;
  }

  void AddStage(const Group& group) {
    StagedGraph::Stage stage;
    stage.flow = flow_.nodes[group[0]];
    if (stage.flow == NodeFlow::kProgram || stage.flow == NodeFlow::kByValue) {
      AddRegion(group, &stage);
    } else {
      stage.node = graph_.nodes[group[0]];
      for (ValueId id : stage.node.inputs) stage.inputs.push_back(Slot(id));
      for (ValueId id : stage.node.outputs) stage.outputs.push_back(Slot(id));
    }
    if (stage.flow == NodeFlow::kControl) {
      for (const BodyOf& body : BodiesOf(stage.node)) {
        const std::vector<ValueFlow> inputs = BodyInputFlow(stage.node, *body.graph, flow_);
        std::string path = absl::StrCat(path_, stage.node.name, ".", body.attribute, "/");
        stage.bodies.push_back(Cutter(*body.graph, inputs, std::move(path), &regions_).Run());
      }
    }
    staged_.stages.push_back(std::move(stage));
  }

  void AddRegion(const Group& group, StagedGraph::Stage* stage) {
    auto region = std::make_shared<RegionGraph>();
    Graph& graph = region->prepared.graph;
    std::vector<ValueId> outputs;
    for (size_t n : group) {
      Node node = graph_.nodes[n];
      for (ValueId& id : node.inputs) id = RegionInput(id, &graph, stage);
      for (ValueId& id : node.outputs) {
        const ValueId outer = id;
        id = RegionValue(id, &graph);
        if (outer != kNoValue && leaves_[static_cast<size_t>(outer)]) outputs.push_back(outer);
      }
      graph.nodes.push_back(std::move(node));
    }
    for (ValueId outer : outputs) {
      graph.outputs.push_back(region_ids_[outer]);
      stage->outputs.push_back(Slot(outer));
    }
    region_ids_.clear();
    region->by_value = stage->flow == NodeFlow::kByValue;
    region->prepared.decides_shape = ValuesThatDecideShapes(graph);
    region->index = regions_.size();
    const uint64_t digest = GraphDigest(
        graph, [](const Constant& constant) { return uint64_t{constant.type.byte_count()}; });
    region->id = absl::StrCat(path_, staged_.stages.size(), ":", absl::Hex(digest));
    stage->region = region;
    regions_.push_back(std::move(region));
  }

  ValueId RegionInput(ValueId id, Graph* graph, StagedGraph::Stage* stage) {
    if (id == kNoValue || region_ids_.contains(id)) return RegionValue(id, graph);
    const ValueId inner = RegionValue(id, graph);
    if (!graph->value(inner).constant.has_value()) {
      graph->inputs.push_back(inner);
      stage->inputs.push_back(Slot(id));
    }
    return inner;
  }

  // What is declared of a value outside may differ from what it is in one run.
  ValueId RegionValue(ValueId id, Graph* graph) {
    if (id == kNoValue) return kNoValue;
    const auto [it, is_new] =
        region_ids_.try_emplace(id, static_cast<ValueId>(graph->values.size()));
    if (is_new) {
      Value value;
      value.name = graph_.value(id).name;
      value.constant = graph_.value(id).constant;
      graph->values.push_back(std::move(value));
    }
    return it->second;
  }

  void FindDone() {
    std::vector<bool> kept(staged_.slot_count, false);
    for (int32_t slot : staged_.outputs) kept[static_cast<size_t>(slot)] = true;
    for (auto stage = staged_.stages.rbegin(); stage != staged_.stages.rend(); ++stage) {
      for (const std::vector<int32_t>* slots : {&stage->inputs, &stage->outputs}) {
        for (int32_t slot : *slots) {
          if (slot == kNoSlot || kept[static_cast<size_t>(slot)]) continue;
          kept[static_cast<size_t>(slot)] = true;
          stage->done.push_back(slot);
        }
      }
    }
  }

  const Graph& graph_;
  const GraphFlow flow_;
  const std::string path_;
  std::vector<std::shared_ptr<const RegionGraph>>& regions_;
  std::vector<Group> groups_;
  std::vector<int32_t> slots_;                        // by value
  std::vector<size_t> made_by_;                       // by value: group
  std::vector<bool> leaves_;                          // by value
  absl::flat_hash_map<ValueId, ValueId> region_ids_;  // of the region being made
  StagedGraph staged_;
};

}  // namespace

StagedModel CutIntoStages(const Graph& model) {
  StagedModel staged;
  staged.main = Cutter(model, ModelInputFlow(model), "", &staged.regions).Run();
  return staged;
}

}  // namespace kairos

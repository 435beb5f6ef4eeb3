// A model that cannot be one Program per signature, cut into stages: regions, which are ordinary
// graphs with Programs of their own, and steps between them that the executor takes itself. See
// adr/0009-stages.md.
#ifndef KAIROS_RUNTIME_EXECUTOR_STAGED_GRAPH_H_
#define KAIROS_RUNTIME_EXECUTOR_STAGED_GRAPH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "executor/flow_analysis.h"
#include "executor/prepared_graph.h"

namespace kairos {

struct RegionGraph {
  std::string id;  // Signature::region; differs for different graphs
  PreparedGraph prepared;
  size_t index = 0;       // among all regions of the model
  bool by_value = false;  // has a signature for each value that decides its shapes
};

inline constexpr int32_t kNoSlot = -1;

// Immutable once made. Values that pass between stages have slots.
struct StagedGraph {
  struct Stage {
    NodeFlow flow = NodeFlow::kProgram;
    std::shared_ptr<const RegionGraph> region;               // kProgram, kByValue
    Node node;                                               // the others; its ids mean nothing
    std::vector<int32_t> inputs, outputs;                    // slots, as of the region or the node
    std::vector<std::shared_ptr<const StagedGraph>> bodies;  // kControl: as BodiesOf(node)
    std::vector<int32_t> done;                               // slots that nothing reads any more
  };
  std::vector<Stage> stages;  // in order of execution
  size_t slot_count = 0;
  std::vector<std::pair<int32_t, Constant>> constants;
  std::vector<int32_t> inputs, outputs;            // slots
  std::vector<Value> input_values, output_values;  // as declared
};

struct StagedModel {
  std::shared_ptr<const StagedGraph> main;
  std::vector<std::shared_ptr<const RegionGraph>> regions;  // by their index
};

StagedModel CutIntoStages(const Graph& model);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_STAGED_GRAPH_H_

// What passes make of a model's graph, for people: rtinspect --passes prints it.
#ifndef KAIROS_OPTIMIZED_GRAPH_H_
#define KAIROS_OPTIMIZED_GRAPH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/graph.h"
#include "kairos/model.h"
#include "kairos/runtime.h"
#include "kairos/tensor.h"

namespace kairos {

struct PassChange {
  std::string pass, what;
};

struct OptimizedGraph {
  Graph graph;
  std::vector<PassChange> changes;  // in order
  // Whether the passes that need shapes have run, on the graph as the inputs leave it: what follows
  // from shapes alone is computed.
  bool shaped = false;
};

// Runs these passes (see AllPasses()) as a session does. Without inputs, and where the model runs
// in parts, only those that need no shapes. Inputs need no data but where values decide shapes.
// kNotFound names an unknown pass.
absl::StatusOr<OptimizedGraph> OptimizeGraph(Runtime& runtime, const Model& model,
                                             absl::Span<const std::string> passes,
                                             absl::Span<const TensorView> inputs);

}  // namespace kairos

#endif  // KAIROS_OPTIMIZED_GRAPH_H_

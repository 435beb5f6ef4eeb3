// A graph made ready for recording: passes have run, taps are outputs, and it is known which
// values decide shapes.
#ifndef KAIROS_RUNTIME_EXECUTOR_PREPARED_GRAPH_H_
#define KAIROS_RUNTIME_EXECUTOR_PREPARED_GRAPH_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kairos/backend.h"
#include "kairos/graph.h"

namespace kairos {

struct PreparedGraph {
  Graph graph;
  std::vector<bool> decides_shape;  // per value: its content decides the shape of another
};

// Which values' contents decide shapes, or which branch of an If is taken: found backwards from
// the op table's shape_inputs and from those of the graph's outputs that do so (none when empty).
std::vector<bool> ValuesThatDecideShapes(const Graph& graph,
                                         const std::vector<bool>& wanted_outputs = {});

// As graph.inputs: those whose bytes are part of a signature.
std::vector<bool> KeyedInputs(const Graph& graph);

// Copies `graph`, appends `taps` to its outputs and runs the passes. kNotFound names an unknown tap
// or pass.
absl::StatusOr<PreparedGraph> PrepareGraph(const Graph& graph, absl::Span<const std::string> taps,
                                           absl::Span<const std::string> passes,
                                           absl::Span<Backend* const> backends, ThreadPool& pool);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_PREPARED_GRAPH_H_

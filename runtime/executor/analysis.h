// Specialises a graph for one signature: infers the types of all values, computes what is known
// before anything runs (shape arithmetic on constants) and drops what need not run.
#ifndef KAIROS_RUNTIME_EXECUTOR_ANALYSIS_H_
#define KAIROS_RUNTIME_EXECUTOR_ANALYSIS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "executor/prepared_graph.h"
#include "kairos/program_record.h"

namespace kairos {

struct SpecializedGraph {
  Graph graph;                    // known values are constants; only nodes that must run
  std::vector<TensorType> types;  // as graph.values; plain layout
  // As graph.inputs: position in the model's inputs. Those whose bytes are in the signature are
  // constants here.
  std::vector<int32_t> input_index;
};

// Errors name the node. kUnimplemented when a shape depends on data that only a run computes.
absl::StatusOr<SpecializedGraph> SpecializeGraph(const PreparedGraph& prepared,
                                                 const Signature& signature,
                                                 absl::Span<Backend* const> backends,
                                                 ThreadPool& pool);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_ANALYSIS_H_

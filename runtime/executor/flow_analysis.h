// What of a graph can run inside of Programs, whose shapes are all known before they run, and what
// has to run between them.
#ifndef KAIROS_RUNTIME_EXECUTOR_FLOW_ANALYSIS_H_
#define KAIROS_RUNTIME_EXECUTOR_FLOW_ANALYSIS_H_

#include <cstdint>
#include <vector>

#include "kairos/graph.h"

namespace kairos {

struct ValueFlow {
  // Follows from the signature: from shapes, constants and the inputs whose bytes are part of it.
  // Known when a Program is made.
  bool foreseeable = false;
  // May be no tensor of fixed-size elements: a sequence, nothing, strings.
  bool loose = false;
};

enum class NodeFlow : uint8_t {
  kProgram,  // part of a Program, among others
  kByValue,  // a Program of its own, for the values that decide its shapes
  kView,     // the same, where only the shape is another
  kHost,     // on the values, by the executor itself; also an Identity of loose values
  kControl,  // by running its bodies
};

struct GraphFlow {
  std::vector<ValueFlow> values;  // as graph.values
  std::vector<NodeFlow> nodes;    // as graph.nodes
};

// `inputs`: as graph.inputs.
GraphFlow AnalyzeFlow(const Graph& graph, const std::vector<ValueFlow>& inputs);

// Of the inputs of a whole model. Foreseeable are those that operators take as shapes, axes and the
// like themselves, and small integers: what follows from those changes seldom.
std::vector<ValueFlow> ModelInputFlow(const Graph& graph);

// The flow of the inputs of a node's body, from that of the node's inputs and what the body
// declares.
std::vector<ValueFlow> BodyInputFlow(const Node& node, const Graph& body, const GraphFlow& outer);

// Whether one Program per signature runs all of the model.
bool RunsAsOneProgram(const Graph& model);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_FLOW_ANALYSIS_H_

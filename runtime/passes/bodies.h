// Changing the graphs inside of control-flow nodes.
#ifndef KAIROS_RUNTIME_PASSES_BODIES_H_
#define KAIROS_RUNTIME_PASSES_BODIES_H_

#include <cstddef>
#include <vector>

#include "kairos/graph.h"

namespace kairos {

bool HasBodies(const Node& node);
// Copies, in the order of BodiesOf(); SetBodies() puts them back.
std::vector<Graph> CopyBodies(const Node& node);
void SetBodies(std::vector<Graph> bodies, Node* node);

// Removes a captured input (an index into node->inputs) from node and bodies.
void DropCapture(size_t input, std::vector<Graph>* bodies, Node* node);

// Removes outputs of an If, and tensors stacked by a Loop or Scan, that `is_used` (as the node's
// outputs) denies. True when there were any.
bool DropUnusedOutputs(const std::vector<bool>& is_used, std::vector<Graph>* bodies, Node* node);
// Removes captured inputs that no body reads. True when there were any.
bool DropUnusedCaptures(std::vector<Graph>* bodies, Node* node);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_PASSES_BODIES_H_

// How a cut of a node's inputs, each along one axis of its own, carries over to its outputs. A
// value that is cut along an axis into n items has n*k elements there, and item p is [p*k,
// (p+1)*k), with all that lies under them in the other axes. A node lets the cut through when item
// p of its outputs is what the node computes from item p of the cut inputs and the whole of the
// others: then it may run item by item, and what stands in the other items (padding, say) does not
// matter to item p.
//
// Axes are those of the logical shape, whatever the memory layout.
#ifndef KAIROS_RUNTIME_GRAPH_AXIS_FLOW_H_
#define KAIROS_RUNTIME_GRAPH_AXIS_FLOW_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/types/span.h"

#include "kairos/graph.h"
#include "kairos/kernel.h"

namespace kairos {

inline constexpr int kWhole = -1;  // not cut

// The axis along which each of node.outputs is cut; kWhole for all when no input is. `inputs` are
// as node.inputs, those of post-ops included, and `outputs` as node.outputs, at their full size;
// `axes` are those of the inputs. Where a value decides what the node does to an axis (bounds of a
// slice, axes of a sum), Operand::data must be known.
//
// nullopt when an item of an output takes other items too, when a whole input has the extent of a
// cut one, and when this is not known of the operator: random ones, those of the executor, and
// those that read the extent itself (Shape) are never let through.
std::optional<std::vector<int>> FlowOfAxis(const Node& node, absl::Span<const Operand> inputs,
                                           absl::Span<const Operand> outputs,
                                           absl::Span<const int> axes, int64_t items);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_AXIS_FLOW_H_

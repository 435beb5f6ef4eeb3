// Where a channels-last activation may stand: what the executor lays out so, and what a Program
// from a file may claim to be. Such a node has output 0 channels-last and its other outputs absent;
// some of its inputs follow output 0, the others are plain.
#ifndef KAIROS_RUNTIME_GRAPH_LAYOUT_RULE_H_
#define KAIROS_RUNTIME_GRAPH_LAYOUT_RULE_H_

#include <cstddef>

#include "graph/op_table.h"

namespace kairos {

// Whether output 0, of this type but for the layout, may be channels-last.
bool MayBeChannelsLast(const Node& node, const OpInfo& info, const TensorType& output);

// Whether the input has output 0's layout, whichever that is. Layouts in the types do not matter.
bool FollowsLayout(const Node& node, const OpInfo& info, size_t input, const TensorType& type,
                   const TensorType& output);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_LAYOUT_RULE_H_

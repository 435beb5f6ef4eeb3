// A graph as text: a line for each node.
#ifndef KAIROS_APPS_RTINSPECT_GRAPH_TEXT_H_
#define KAIROS_APPS_RTINSPECT_GRAPH_TEXT_H_

#include <string>
#include <vector>

#include "kairos/graph.h"

namespace kairos {

// "conv:0 = Conv(x, w, -; pads=[1,1,1,1]) + Relu + Add(y)"
std::vector<std::string> GraphText(const Graph& graph);

}  // namespace kairos

#endif  // KAIROS_APPS_RTINSPECT_GRAPH_TEXT_H_

// Names of values, for messages.
#ifndef KAIROS_RUNTIME_GRAPH_VALUE_NAMES_H_
#define KAIROS_RUNTIME_GRAPH_VALUE_NAMES_H_

#include <string>
#include <vector>

#include "kairos/graph.h"

namespace kairos {

inline std::vector<std::string> NamesOf(const Graph& graph, const std::vector<ValueId>& ids) {
  std::vector<std::string> names;
  names.reserve(ids.size());
  for (ValueId id : ids) names.push_back(graph.value(id).name);
  return names;
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_VALUE_NAMES_H_

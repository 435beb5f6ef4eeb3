#include "graph/unknown_ops.h"

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/op_table.h"

namespace kairos {
namespace {

constexpr size_t kMaxListed = 64;

struct Uses {
  size_t count = 0;
  std::string first;
};
using UnknownOps = std::map<std::pair<std::string, std::string>, Uses>;  // by domain and name

absl::Status Collect(const Graph& graph, int depth, UnknownOps* unknown) {
  if (depth > kMaxSubgraphDepth) {
    return absl::ResourceExhaustedError(
        absl::StrCat("graph: subgraph depth ", depth, " exceeds the limit ", kMaxSubgraphDepth));
  }
  for (const Node& node : graph.nodes) {
    if (FindOp(node.domain, node.op) == nullptr) {
      Uses& uses = (*unknown)[{node.domain, node.op}];
      if (uses.count++ == 0) uses.first = Printable(node.name);
    }
    for (const auto& [name, value] : node.attributes.entries()) {
      const auto* subgraph = std::get_if<std::shared_ptr<const Graph>>(&value);
      if (subgraph == nullptr || *subgraph == nullptr) continue;
      KAIROS_RETURN_IF_ERROR(Collect(**subgraph, depth + 1, unknown));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckOpsAreKnown(const Graph& graph) {
  UnknownOps unknown;
  KAIROS_RETURN_IF_ERROR(Collect(graph, 0, &unknown));
  if (unknown.empty()) return absl::OkStatus();
  std::vector<std::string> items;
  for (const auto& [key, uses] : unknown) {
    if (items.size() == kMaxListed) {
      items.push_back(absl::StrCat(unknown.size() - kMaxListed, " more"));
      break;
    }
    const auto& [domain, op] = key;
    items.push_back(
        absl::StrCat(Printable(domain), domain.empty() ? "" : ".", Printable(op), " (",
                     uses.count == 1 ? "node '" : absl::StrCat(uses.count, " nodes, first '"),
                     uses.first, "')"));
  }
  return absl::UnimplementedError(
      absl::StrCat("graph: operators are not supported: ", absl::StrJoin(items, ", ")));
}

}  // namespace kairos

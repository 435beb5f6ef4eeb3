#include "rtconvert/node_order.h"

#include <functional>
#include <queue>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "rtconvert/free_names.h"
#include "rtconvert/names.h"
#include "rtconvert/onnx_node.h"

namespace kairos {
namespace {

using onnx_format::GraphProto;
// What a node needs: its inputs, and what its graphs take from this one.
std::vector<std::string> NeedsOf(const onnx_format::NodeProto& node) {
  std::vector<std::string> needs(node.input().begin(), node.input().end());
  if (!BodiesOf(node).empty()) {
    for (std::string& name : FreeNames(node)) needs.push_back(std::move(name));
  }
  return needs;
}

using Producers = absl::flat_hash_map<std::string, int>;  // value -> node

absl::StatusOr<Producers> FindProducers(const GraphProto& graph,
                                        const absl::flat_hash_set<std::string>& given) {
  Producers producers;
  for (int i = 0; i < graph.node_size(); ++i) {
    for (const std::string& output : graph.node(i).output()) {
      if (output.empty()) continue;
      const auto [it, is_new] = producers.try_emplace(output, i);
      if (is_new && !given.contains(output)) continue;
      const std::string other =
          is_new ? "an input or initializer" : DescribeNode(it->second, graph.node(it->second));
      return absl::DataLossError(absl::StrCat(DescribeNode(i, graph.node(i)), ": output ",
                                              Quoted(output), " is produced twice, also by ",
                                              other));
    }
  }
  return producers;
}

// `pending[i]` > 0 marks the nodes that could not be ordered; from any of them, walking to a
// producer that could not be ordered either ends in a circle.
absl::Status CycleError(const GraphProto& graph, const Producers& producers,
                        const std::vector<int>& pending) {
  int node = 0;
  while (pending[static_cast<size_t>(node)] == 0) ++node;
  absl::flat_hash_map<int, size_t> seen;
  std::vector<std::string> path;
  while (seen.try_emplace(node, path.size()).second) {
    for (const std::string& input : NeedsOf(graph.node(node))) {
      const auto it = producers.find(input);
      if (it == producers.end() || pending[static_cast<size_t>(it->second)] == 0) continue;
      node = it->second;
      path.push_back(DescribeNode(node, graph.node(node)));
      break;
    }
  }
  constexpr size_t kMaxShown = 4;
  const size_t start = seen[node];
  std::string shown;
  for (size_t i = start; i < path.size() && i < start + kMaxShown; ++i) {
    absl::StrAppend(&shown, i == start ? "" : " <- ", path[i]);
  }
  if (path.size() > start + kMaxShown) absl::StrAppend(&shown, " <- ...");
  return absl::DataLossError(
      absl::StrCat("graph has a cycle of ", path.size() - start, " nodes: ", shown));
}

}  // namespace

absl::StatusOr<std::vector<int>> OrderNodes(const GraphProto& graph,
                                            const absl::flat_hash_set<std::string>& given) {
  absl::StatusOr<Producers> producers = FindProducers(graph, given);
  if (!producers.ok()) return producers.status();
  const size_t count = static_cast<size_t>(graph.node_size());
  std::vector<std::vector<int>> users(count);
  std::vector<int> pending(count, 0);  // producers that are not ordered yet
  std::priority_queue<int, std::vector<int>, std::greater<int>> ready;
  for (int i = 0; i < graph.node_size(); ++i) {
    const std::vector<std::string> needs = NeedsOf(graph.node(i));
    for (size_t slot = 0; slot < needs.size(); ++slot) {
      const std::string& input = needs[slot];
      if (input.empty() || given.contains(input)) continue;
      const auto it = producers->find(input);
      if (it == producers->end()) {
        const bool is_own = slot < static_cast<size_t>(graph.node(i).input_size());
        const std::string what = is_own ? absl::StrCat("input ", slot) : "captured value";
        return absl::DataLossError(absl::StrCat(DescribeNode(i, graph.node(i)), ": ", what, " ",
                                                Quoted(input), " is never produced"));
      }
      users[static_cast<size_t>(it->second)].push_back(i);
      ++pending[static_cast<size_t>(i)];
    }
    if (pending[static_cast<size_t>(i)] == 0) ready.push(i);
  }
  std::vector<int> order;
  order.reserve(count);
  while (!ready.empty()) {
    order.push_back(ready.top());
    ready.pop();
    for (int user : users[static_cast<size_t>(order.back())]) {
      if (--pending[static_cast<size_t>(user)] == 0) ready.push(user);
    }
  }
  if (order.size() < count) return CycleError(graph, *producers, pending);
  return order;
}

}  // namespace kairos

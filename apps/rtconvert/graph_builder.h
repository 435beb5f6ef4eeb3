// Puts a Graph together from values and nodes known by name.
#ifndef KAIROS_APPS_RTCONVERT_GRAPH_BUILDER_H_
#define KAIROS_APPS_RTCONVERT_GRAPH_BUILDER_H_

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "kairos/graph.h"
#include "rtconvert/onnx_node.h"

namespace kairos {

class OnnxGraphBuilder {
 public:
  // A constant enters the graph when it is first used.
  void AddConstant(const std::string& name, Constant constant) {
    constants_.insert_or_assign(name, std::move(constant));
  }
  // kDataLoss when the name is taken.
  absl::Status AddInput(Value value);
  // Nodes come in an order in which they can run; kDataLoss names a value that is not there.
  absl::Status AddNode(OnnxNode node);
  // `declared` says what the file says about the output.
  absl::Status AddOutput(const Value& declared);

  const Graph& graph() const { return graph_; }
  Graph TakeGraph() { return std::move(graph_); }
  void SetName(std::string name) { graph_.name = std::move(name); }
  void AddMetadata(std::string key, std::string value) {
    graph_.metadata.emplace_back(std::move(key), std::move(value));
  }

 private:
  absl::StatusOr<ValueId> Define(Value value);
  absl::StatusOr<ValueId> Use(const std::string& name);

  Graph graph_;
  absl::flat_hash_map<std::string, ValueId> ids_;
  absl::flat_hash_map<std::string, Constant> constants_;
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_GRAPH_BUILDER_H_

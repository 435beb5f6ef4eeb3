// Nodes of a model, one after the other: read, brought to opset 22, checked against what this
// library has, and put into the graph.
#ifndef KAIROS_APPS_RTCONVERT_NODE_IMPORTER_H_
#define KAIROS_APPS_RTCONVERT_NODE_IMPORTER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

#include "rtconvert/graph_builder.h"
#include "rtconvert/graph_importer.h"
#include "rtconvert/names.h"
#include "rtconvert/onnx.pb.h"
#include "rtconvert/onnx_node.h"
#include "rtconvert/value_facts.h"

namespace kairos {

class NodeImporter {
 public:
  // All arguments outlive the importer. `given`: names of the graph's inputs and initializers.
  NodeImporter(ImportContext& context, const onnx_format::GraphProto& graph,
               const absl::flat_hash_set<std::string>& given, ValueFacts* facts,
               OnnxGraphBuilder* builder);

  // Imports graph.node(index), which is at `place`. kUnimplemented and kInvalidArgument are
  // problems of this node, worded for Problems.
  absl::Status Import(int index, const std::string& place);

 private:
  void NameNodes();
  absl::Status CheckDomain(const onnx_format::NodeProto& proto) const;
  absl::Status CheckOp(const OnnxNode& node) const;
  bool IsSupported(const onnx_format::NodeProto& proto) const;
  void ListSubgraphProblems(const onnx_format::NodeProto& proto, const std::string& place);
  // Reads the graphs among the attributes, and what they capture.
  absl::Status ImportBodies(const onnx_format::NodeProto& proto, const std::string& place,
                            OnnxNode* node);
  absl::Status ImportConstant(const OnnxNode& node);
  absl::Status AddNode(OnnxNode node);

  ImportContext& context_;
  const onnx_format::GraphProto& graph_;
  ValueFacts& facts_;
  OnnxGraphBuilder& builder_;
  UniqueNames value_names_, node_names_;
  std::vector<std::string> names_;  // of the nodes of the file
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_NODE_IMPORTER_H_

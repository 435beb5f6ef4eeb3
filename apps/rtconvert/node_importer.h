// Nodes of a model, one after the other: read, brought to opset 22, checked against what this
// library has, and put into the graph.
#ifndef KAIROS_APPS_RTCONVERT_NODE_IMPORTER_H_
#define KAIROS_APPS_RTCONVERT_NODE_IMPORTER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "rtconvert/graph_builder.h"
#include "rtconvert/names.h"
#include "rtconvert/onnx.pb.h"
#include "rtconvert/onnx_node.h"
#include "rtconvert/problems.h"
#include "rtconvert/tensor_reader.h"
#include "rtconvert/value_facts.h"

namespace kairos {

class NodeImporter {
 public:
  // All arguments outlive the importer. kDataLoss when the model's opsets are malformed.
  static absl::StatusOr<NodeImporter> Make(const onnx_format::ModelProto& model,
                                           TensorReader* tensors, ValueFacts* facts,
                                           OnnxGraphBuilder* builder, Problems* problems);

  // Imports graph.node(index). kUnimplemented and kInvalidArgument are problems of this node,
  // worded for Problems.
  absl::Status Import(int index);

 private:
  NodeImporter(const onnx_format::ModelProto& model, TensorReader* tensors, ValueFacts* facts,
               OnnxGraphBuilder* builder, Problems* problems);

  void NameNodes();
  absl::Status CheckDomain(const onnx_format::NodeProto& proto) const;
  absl::Status CheckOp(const OnnxNode& node) const;
  void ListSubgraphProblems(const onnx_format::NodeProto& proto, const std::string& place);
  absl::Status ImportConstant(const OnnxNode& node);
  absl::Status AddNode(OnnxNode node);

  const onnx_format::ModelProto& model_;
  TensorReader& tensors_;
  ValueFacts& facts_;
  OnnxGraphBuilder& builder_;
  Problems& problems_;
  UniqueNames value_names_, node_names_;
  std::vector<std::string> names_;  // of the nodes of the file
  absl::flat_hash_set<std::string> supported_, functions_;
  int64_t opset_ = 0;  // of the default domain; 0: not declared
};

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_NODE_IMPORTER_H_

// A node between the protobuf message and the graph: values by name, attributes typed. Upgrades
// rewrite it.
#ifndef KAIROS_APPS_RTCONVERT_ONNX_NODE_H_
#define KAIROS_APPS_RTCONVERT_ONNX_NODE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "kairos/attribute.h"
#include "rtconvert/onnx.pb.h"
#include "rtconvert/tensor_reader.h"

namespace kairos {

struct OnnxNode {
  std::string op;
  std::string name;
  std::vector<std::string> inputs;  // an empty name is an absent input
  std::vector<std::string> outputs;
  Attributes attributes;
  std::string domain = {};  // empty: the default one

  bool HasInput(size_t i) const { return i < inputs.size() && !inputs[i].empty(); }
  bool HasOutput(size_t i) const { return i < outputs.size() && !outputs[i].empty(); }
  // Puts `value` into slot `i`, with absent inputs before it where there are none yet.
  void SetInput(size_t i, std::string value) {
    if (inputs.size() <= i) inputs.resize(i + 1);
    inputs[i] = std::move(value);
  }
};

// Empty or "ai.onnx".
bool IsDefaultDomain(absl::string_view domain);

// "node #3 'encoder/add' (Add)"
std::string DescribeNode(int index, const onnx_format::NodeProto& node);

// Name, inputs, outputs, attributes and domain of a node, but for attributes that are graphs.
// kUnimplemented for kinds of
// attributes that are not supported, worded as a problem ("attribute NAME of OP: ..."); kDataLoss
// when an attribute is malformed.
absl::StatusOr<OnnxNode> ReadNode(const onnx_format::NodeProto& proto, TensorReader& tensors);

}  // namespace kairos

#endif  // KAIROS_APPS_RTCONVERT_ONNX_NODE_H_

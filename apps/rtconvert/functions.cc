#include "rtconvert/functions.h"

#include <string>
#include <tuple>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "rtconvert/names.h"
#include "rtconvert/node_importer.h"

namespace kairos {
namespace {

using onnx_format::AttributeProto;
using onnx_format::FunctionProto;
using onnx_format::GraphProto;
using onnx_format::ModelProto;
using onnx_format::NodeProto;

constexpr int kMaxCallDepth = 32;
constexpr int kMaxNodes = 1000000;

using Key = std::tuple<std::string, std::string, std::string>;  // domain, name, overload
using Nodes = google::protobuf::RepeatedPtrField<NodeProto>;

std::string Domain(const std::string& domain) { return IsDefaultDomain(domain) ? "" : domain; }

// One call: names and attributes of the function in terms of the caller's.
class Call {
 public:
  Call(const NodeProto& node, const FunctionProto& function, std::string prefix)
      : node_(node), function_(function), prefix_(std::move(prefix)) {
    for (int i = 0; i < function.input_size(); ++i) {
      names_[function.input(i)] = i < node.input_size() ? node.input(i) : "";
    }
    for (int i = 0; i < function.output_size() && i < node.output_size(); ++i) {
      if (!node.output(i).empty()) names_[function.output(i)] = node.output(i);
    }
  }

  NodeProto Rewrite(const NodeProto& inner) {
    NodeProto made = inner;
    if (!inner.name().empty()) made.set_name(prefix_ + inner.name());
    RewriteIn(&made);
    return made;
  }

 private:
  void Rename(std::string* name) {
    if (name->empty()) return;
    const auto it = names_.find(*name);
    *name = it != names_.end() ? it->second : prefix_ + *name;
  }

  void RewriteIn(NodeProto* node) {
    for (std::string& input : *node->mutable_input()) Rename(&input);
    for (std::string& output : *node->mutable_output()) Rename(&output);
    google::protobuf::RepeatedPtrField<AttributeProto> attributes;
    attributes.Swap(node->mutable_attribute());
    for (AttributeProto& attribute : attributes) {
      if (!attribute.ref_attr_name().empty()) {
        // One that neither the call nor the function gives a value is absent.
        if (const AttributeProto* value = ValueOf(attribute.ref_attr_name())) {
          AttributeProto& added = *node->add_attribute();
          added = *value;
          added.set_name(attribute.name());
        }
        continue;
      }
      if (attribute.has_g()) RewriteIn(attribute.mutable_g());
      node->add_attribute()->Swap(&attribute);
    }
  }

  void RewriteIn(GraphProto* graph) {
    for (auto& input : *graph->mutable_input()) Rename(input.mutable_name());
    for (auto& output : *graph->mutable_output()) Rename(output.mutable_name());
    for (auto& info : *graph->mutable_value_info()) Rename(info.mutable_name());
    for (auto& tensor : *graph->mutable_initializer()) Rename(tensor.mutable_name());
    for (NodeProto& node : *graph->mutable_node()) RewriteIn(&node);
  }

  const AttributeProto* ValueOf(const std::string& name) const {
    for (const AttributeProto& attribute : node_.attribute()) {
      if (attribute.name() == name) return &attribute;
    }
    for (const AttributeProto& attribute : function_.attribute_proto()) {
      if (attribute.name() == name) return &attribute;
    }
    return nullptr;
  }

  const NodeProto& node_;
  const FunctionProto& function_;
  const std::string prefix_;
  absl::flat_hash_map<std::string, std::string> names_;
};

class Inliner {
 public:
  explicit Inliner(const ModelProto& model) {
    for (const FunctionProto& function : model.functions()) {
      functions_.try_emplace(Key(Domain(function.domain()), function.name(), function.overload()),
                             &function);
    }
    for (const auto& import : model.opset_import()) {
      if (IsDefaultDomain(import.domain())) opset_ = import.version();
    }
  }

  absl::Status Expand(Nodes* nodes, int depth) {
    Nodes old;
    old.Swap(nodes);
    for (NodeProto& node : old) {
      for (AttributeProto& attribute : *node.mutable_attribute()) {
        if (!attribute.has_g()) continue;
        absl::Status status = Expand(attribute.mutable_g()->mutable_node(), depth);
        if (!status.ok()) return status;
      }
      const auto it = functions_.find(Key(Domain(node.domain()), node.op_type(), node.overload()));
      if (it == functions_.end()) {
        nodes->Add()->Swap(&node);
        continue;
      }
      if (absl::Status status = Check(node, *it->second, depth); !status.ok()) {
        return absl::Status(status.code(), absl::StrCat("function ", Quoted(it->second->name()),
                                                        ": ", status.message()));
      }
      Nodes body = Instantiate(node, *it->second);
      if (absl::Status status = Expand(&body, depth + 1); !status.ok()) return status;
      for (NodeProto& inner : body) nodes->Add()->Swap(&inner);
    }
    return absl::OkStatus();
  }

 private:
  absl::Status Check(const NodeProto& node, const FunctionProto& function, int depth) {
    if (depth >= kMaxCallDepth) {
      return absl::DataLossError(
          absl::StrCat("calls are nested deeper than ", kMaxCallDepth, ", perhaps endlessly"));
    }
    if (node.input_size() > function.input_size() || node.output_size() > function.output_size()) {
      return absl::DataLossError(absl::StrCat(
          "called with ", node.input_size(), " inputs and ", node.output_size(),
          " outputs, expected at most ", function.input_size(), " and ", function.output_size()));
    }
    for (const auto& import : function.opset_import()) {
      if (!IsDefaultDomain(import.domain()) || import.version() == opset_) continue;
      return absl::UnimplementedError(
          absl::StrCat("imports opset ", import.version(), ", expected ", opset_, " as the model"));
    }
    node_count_ += function.node_size();
    if (node_count_ > kMaxNodes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("calls make more than ", kMaxNodes, " nodes, the limit"));
    }
    return absl::OkStatus();
  }

  Nodes Instantiate(const NodeProto& node, const FunctionProto& function) {
    const std::string& name = node.name().empty() ? node.op_type() : node.name();
    Call call(node, function, absl::StrCat(name, "_", ++call_count_, "/"));
    Nodes body;
    for (const NodeProto& inner : function.node()) *body.Add() = call.Rewrite(inner);
    return body;
  }

  absl::flat_hash_map<Key, const FunctionProto*> functions_;
  int64_t opset_ = 0;
  int node_count_ = 0, call_count_ = 0;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const ModelProto>> InlineFunctions(
    std::shared_ptr<const ModelProto> model) {
  if (model->functions_size() == 0) return model;
  auto inlined = std::make_shared<ModelProto>(*model);
  Inliner inliner(*model);
  absl::Status status = inliner.Expand(inlined->mutable_graph()->mutable_node(), 0);
  if (!status.ok()) return status;
  return std::shared_ptr<const ModelProto>(std::move(inlined));
}

}  // namespace kairos

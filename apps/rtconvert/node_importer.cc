#include "rtconvert/node_importer.h"

#include <utility>

#include "absl/strings/str_cat.h"

#include "kairos/graph.h"
#include "rtconvert/importer.h"
#include "rtconvert/node_check.h"
#include "rtconvert/upgrade.h"

namespace kairos {
namespace {

using onnx_format::ModelProto;
using onnx_format::NodeProto;

std::string OpName(absl::string_view domain, absl::string_view op) {
  const std::string name = absl::CHexEscape(op.substr(0, 64));
  if (IsDefaultDomain(domain)) return name;
  return absl::StrCat(absl::CHexEscape(domain.substr(0, 64)), ".", name);
}

// The opset of the default domain; 0 when the model declares none.
absl::StatusOr<int64_t> DefaultOpset(const ModelProto& model) {
  int64_t opset = model.ir_version() < 3 ? 1 : 0;  // opsets came with IR version 3
  for (const onnx_format::OperatorSetIdProto& import : model.opset_import()) {
    if (!IsDefaultDomain(import.domain())) continue;
    if (import.version() < 1) {
      return absl::DataLossError(absl::StrCat("opset_import: version out of range, got ",
                                              import.version(), ", expected 1 to ",
                                              kMaxImportedOpset));
    }
    opset = import.version();
  }
  return opset;
}

}  // namespace

NodeImporter::NodeImporter(const ModelProto& model, TensorReader* tensors, ValueFacts* facts,
                           OnnxGraphBuilder* builder, Problems* problems)
    : model_(model), tensors_(*tensors), facts_(*facts), builder_(*builder), problems_(*problems) {
  for (std::string& op : SupportedOps()) supported_.insert(std::move(op));
  for (const onnx_format::FunctionProto& function : model.functions()) {
    functions_.insert(OpName(function.domain(), function.name()));
  }
  const onnx_format::GraphProto& graph = model.graph();
  for (const auto& input : graph.input()) value_names_.Take(input.name());
  for (const auto& initializer : graph.initializer()) value_names_.Take(initializer.name());
  for (const NodeProto& node : graph.node()) {
    for (const std::string& output : node.output()) value_names_.Take(output);
  }
  NameNodes();
}

// The first node of a name keeps it.
void NodeImporter::NameNodes() {
  const onnx_format::GraphProto& graph = model_.graph();
  names_.resize(static_cast<size_t>(graph.node_size()));
  for (int i = 0; i < graph.node_size(); ++i) {
    const std::string& name = graph.node(i).name();
    if (!name.empty() && node_names_.Take(name)) names_[static_cast<size_t>(i)] = name;
  }
  for (int i = 0; i < graph.node_size(); ++i) {
    std::string& name = names_[static_cast<size_t>(i)];
    if (!name.empty()) continue;
    const NodeProto& node = graph.node(i);
    name =
        node_names_.Make(node.name().empty() ? absl::StrCat(node.op_type(), "_", i) : node.name());
  }
}

absl::StatusOr<NodeImporter> NodeImporter::Make(const ModelProto& model, TensorReader* tensors,
                                                ValueFacts* facts, OnnxGraphBuilder* builder,
                                                Problems* problems) {
  absl::StatusOr<int64_t> opset = DefaultOpset(model);
  if (!opset.ok()) return opset.status();
  NodeImporter importer(model, tensors, facts, builder, problems);
  importer.opset_ = *opset;
  return importer;
}

absl::Status NodeImporter::CheckDomain(const NodeProto& proto) const {
  const std::string name = OpName(proto.domain(), proto.op_type());
  if (functions_.contains(name)) {
    return absl::UnimplementedError(
        absl::StrCat("function ", name,
                     ": functions of the model itself are not supported; inline "
                     "them with onnx.inliner"));
  }
  if (!IsDefaultDomain(proto.domain())) {
    if (proto.domain() != kKairosDomain && supported_.contains(name)) return absl::OkStatus();
    return absl::UnimplementedError(absl::StrCat("op ", name, ": domain not supported"));
  }
  if (opset_ == 0) {
    return absl::DataLossError("the model imports no opset of the default domain");
  }
  if (opset_ > kMaxImportedOpset) {
    return absl::UnimplementedError(
        absl::StrCat("opset ", opset_, ": not supported, expected 1 to ", kMaxImportedOpset));
  }
  return absl::OkStatus();
}

absl::Status NodeImporter::CheckOp(const OnnxNode& node) const {
  const std::string name = OpName(node.domain, node.op);
  if (!supported_.contains(name)) {
    return absl::UnimplementedError(
        absl::StrCat("op ", name, ": not supported, at opset ", opset_));
  }
  return CheckNode(node);
}

// Nodes inside of If, Loop and Scan are listed with the others, so that one look shows everything.
void NodeImporter::ListSubgraphProblems(const NodeProto& proto, const std::string& place) {
  for (const onnx_format::AttributeProto& attribute : proto.attribute()) {
    std::vector<const onnx_format::GraphProto*> graphs;
    if (attribute.has_g()) graphs.push_back(&attribute.g());
    for (const onnx_format::GraphProto& graph : attribute.graphs()) graphs.push_back(&graph);
    for (const onnx_format::GraphProto* graph : graphs) {
      for (const NodeProto& inner : graph->node()) {
        absl::Status status = CheckDomain(inner);
        if (status.ok() && inner.op_type() != "Constant" && !supported_.contains(inner.op_type())) {
          status = CheckOp({.op = inner.op_type()});
        }
        if (absl::IsUnimplemented(status)) problems_.Add(status.message(), "subgraph of " + place);
        ListSubgraphProblems(inner, place);
      }
    }
  }
}

absl::Status NodeImporter::ImportConstant(const OnnxNode& node) {
  if (node.outputs.size() != 1 || node.attributes.entries().size() != 1) {
    return absl::DataLossError("expected one attribute and one output");
  }
  const Attributes::Entry& entry = node.attributes.entries()[0];
  Constant constant;
  if (const auto* tensor = std::get_if<Constant>(&entry.second)) {
    constant = *tensor;
  } else if (const auto* i = std::get_if<int64_t>(&entry.second)) {
    constant = NewIntsConstant({*i}, /*scalar=*/true);
  } else if (const auto* f = std::get_if<float>(&entry.second)) {
    constant = NewFloatsConstant({*f}, /*scalar=*/true);
  } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&entry.second)) {
    constant = NewIntsConstant(*ints);
  } else if (const auto* floats = std::get_if<std::vector<float>>(&entry.second)) {
    constant = NewFloatsConstant(*floats);
  } else {
    return absl::UnimplementedError("type string: not supported");
  }
  facts_.AddConstant(node.outputs[0], constant);
  builder_.AddConstant(node.outputs[0], std::move(constant));
  return absl::OkStatus();
}

absl::Status NodeImporter::AddNode(OnnxNode node) {
  if (absl::Status status = CheckOp(node); !status.ok()) return status;
  facts_.Infer(node);
  // A graph with problems is not going to be used, and may lack this node's inputs.
  if (!problems_.empty()) return absl::OkStatus();
  return builder_.AddNode(std::move(node));
}

absl::Status NodeImporter::Import(int index) {
  const NodeProto& proto = model_.graph().node(index);
  ListSubgraphProblems(proto, DescribeNode(index, proto));
  if (absl::Status status = CheckDomain(proto); !status.ok()) return status;
  absl::StatusOr<OnnxNode> node = ReadNode(proto, tensors_);
  if (absl::IsUnimplemented(node.status()) && !supported_.contains(proto.op_type()) &&
      proto.op_type() != "Constant") {
    return CheckOp({.op = proto.op_type()});
  }
  if (!node.ok()) return node.status();
  if (node->op == "Constant") return ImportConstant(*node);
  node->name = names_[static_cast<size_t>(index)];
  UpgradeScope scope(*std::move(node), &facts_, &value_names_);
  if (absl::Status status = UpgradeNode(static_cast<int>(opset_), scope); !status.ok())
    return status;
  for (const auto& [name, constant] : scope.constants()) builder_.AddConstant(name, constant);
  for (OnnxNode& upgraded : scope.TakeNodes()) {
    if (upgraded.name != names_[static_cast<size_t>(index)]) {
      upgraded.name = node_names_.Make(upgraded.name);
    }
    if (absl::Status status = AddNode(std::move(upgraded)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace kairos

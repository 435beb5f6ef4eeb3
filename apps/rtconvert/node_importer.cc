#include "rtconvert/node_importer.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

#include "kairos/graph.h"
#include "rtconvert/free_names.h"
#include "rtconvert/importer.h"
#include "rtconvert/node_check.h"
#include "rtconvert/upgrade.h"

namespace kairos {
namespace {

using onnx_format::NodeProto;

std::string OpName(absl::string_view domain, absl::string_view op) {
  const std::string name = absl::CHexEscape(op.substr(0, 64));
  if (IsDefaultDomain(domain)) return name;
  return absl::StrCat(absl::CHexEscape(domain.substr(0, 64)), ".", name);
}

// How many outputs the operator has besides those of its graph: a Loop's graph says first whether
// to go on.
size_t OutputsOf(absl::string_view op, const Graph& body) {
  const size_t own = op == "Loop" ? 1 : 0;
  return body.outputs.size() - std::min(body.outputs.size(), own);
}

}  // namespace

NodeImporter::NodeImporter(ImportContext& context, const onnx_format::GraphProto& graph,
                           const absl::flat_hash_set<std::string>& given, ValueFacts* facts,
                           OnnxGraphBuilder* builder)
    : context_(context), graph_(graph), facts_(*facts), builder_(*builder) {
  for (const std::string& name : given) value_names_.Take(name);
  for (const NodeProto& node : graph.node()) {
    for (const std::string& output : node.output()) value_names_.Take(output);
  }
  NameNodes();
}

// The first node of a name keeps it.
void NodeImporter::NameNodes() {
  names_.resize(static_cast<size_t>(graph_.node_size()));
  for (int i = 0; i < graph_.node_size(); ++i) {
    const std::string& name = graph_.node(i).name();
    if (!name.empty() && node_names_.Take(name)) names_[static_cast<size_t>(i)] = name;
  }
  for (int i = 0; i < graph_.node_size(); ++i) {
    std::string& name = names_[static_cast<size_t>(i)];
    if (!name.empty()) continue;
    const NodeProto& node = graph_.node(i);
    name =
        node_names_.Make(node.name().empty() ? absl::StrCat(node.op_type(), "_", i) : node.name());
  }
}

bool NodeImporter::IsSupported(const NodeProto& proto) const {
  return context_.supported.contains(OpName(proto.domain(), proto.op_type()));
}

absl::Status NodeImporter::CheckDomain(const NodeProto& proto) const {
  const std::string name = OpName(proto.domain(), proto.op_type());
  if (!IsDefaultDomain(proto.domain())) {
    if (proto.domain() != kKairosDomain && IsSupported(proto)) return absl::OkStatus();
    return absl::UnimplementedError(absl::StrCat("op ", name, ": domain not supported"));
  }
  if (context_.opset == 0) {
    return absl::DataLossError("the model imports no opset of the default domain");
  }
  if (context_.opset > kMaxImportedOpset) {
    return absl::UnimplementedError(absl::StrCat(
        "opset ", context_.opset, ": not supported, expected 1 to ", kMaxImportedOpset));
  }
  return absl::OkStatus();
}

absl::Status NodeImporter::CheckOp(const OnnxNode& node) const {
  const std::string name = OpName(node.domain, node.op);
  if (!context_.supported.contains(name)) {
    return absl::UnimplementedError(
        absl::StrCat("op ", name, ": not supported, at opset ", context_.opset));
  }
  return CheckNode(node);
}

// Of a node that is not imported, so that one look shows everything.
void NodeImporter::ListSubgraphProblems(const NodeProto& proto, const std::string& place) {
  for (const auto& [attribute, graph] : BodiesOf(proto)) {
    for (const NodeProto& inner : graph->node()) {
      absl::Status status = CheckDomain(inner);
      if (status.ok() && inner.op_type() != "Constant" && !IsSupported(inner)) {
        status = CheckOp({.op = inner.op_type(), .domain = inner.domain()});
      }
      if (absl::IsUnimplemented(status)) {
        context_.problems.Add(status.message(), "subgraph of " + place);
      }
      ListSubgraphProblems(inner, place);
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

absl::Status NodeImporter::ImportBodies(const NodeProto& proto, const std::string& place,
                                        OnnxNode* node) {
  const std::vector<std::string> captures = FreeNames(proto);
  size_t outputs = 0;
  for (const auto& [attribute, body] : BodiesOf(proto)) {
    GraphImporter importer(context_, *body, &facts_, place);
    absl::StatusOr<Graph> graph = importer.Run({}, captures);
    if (!graph.ok()) return graph.status();
    outputs = std::max(outputs, OutputsOf(node->op, *graph));
    node->attributes.Set(attribute, std::make_shared<const Graph>(*std::move(graph)));
  }
  if (node->op == "Loop" && node->inputs.size() < 2) node->inputs.resize(2);
  // Outputs at the end that nobody wants are left out in files.
  if (node->outputs.size() < outputs) node->outputs.resize(outputs);
  node->inputs.insert(node->inputs.end(), captures.begin(), captures.end());
  if (node->op != "If" && !captures.empty()) {
    node->attributes.Set("captures", static_cast<int64_t>(captures.size()));
  }
  return absl::OkStatus();
}

absl::Status NodeImporter::AddNode(OnnxNode node) {
  if (absl::Status status = CheckOp(node); !status.ok()) return status;
  facts_.Infer(node);
  // A graph with problems is not going to be used, and may lack this node's inputs.
  if (!context_.problems.empty()) return absl::OkStatus();
  return builder_.AddNode(std::move(node));
}

absl::Status NodeImporter::Import(int index, const std::string& place) {
  const NodeProto& proto = graph_.node(index);
  absl::Status known = CheckDomain(proto);
  if (!known.ok() || !IsSupported(proto)) ListSubgraphProblems(proto, place);
  if (!known.ok()) return known;
  absl::StatusOr<OnnxNode> node = ReadNode(proto, context_.tensors);
  if (absl::IsUnimplemented(node.status()) && !IsSupported(proto) &&
      proto.op_type() != "Constant") {
    return CheckOp({.op = proto.op_type(), .domain = proto.domain()});
  }
  if (!node.ok()) return node.status();
  if (node->op == "Constant") return ImportConstant(*node);
  node->name = names_[static_cast<size_t>(index)];
  if (IsSupported(proto) && !BodiesOf(proto).empty()) {
    if (absl::Status status = ImportBodies(proto, place, &*node); !status.ok()) return status;
    if (!context_.problems.empty()) return absl::OkStatus();
  }
  UpgradeScope scope(*std::move(node), &facts_, &value_names_);
  if (absl::Status status = UpgradeNode(static_cast<int>(context_.opset), scope); !status.ok())
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

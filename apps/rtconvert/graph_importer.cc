#include "rtconvert/graph_importer.h"

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "common/status_context.h"
#include "rtconvert/declared_value.h"
#include "rtconvert/importer.h"
#include "rtconvert/names.h"
#include "rtconvert/node_importer.h"
#include "rtconvert/node_order.h"

namespace kairos {
namespace {

using onnx_format::ModelProto;

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

std::optional<int64_t> RankOf(const Value& value) {
  if (!value.dims || value.kind != ValueKind::kTensor) return std::nullopt;
  return static_cast<int64_t>(value.dims->size());
}

}  // namespace

absl::StatusOr<std::unique_ptr<ImportContext>> ImportContext::Make(
    std::shared_ptr<const ModelProto> model, const std::string& directory) {
  absl::StatusOr<int64_t> opset = DefaultOpset(*model);
  if (!opset.ok()) return opset.status();
  std::unique_ptr<ImportContext> context(
      new ImportContext{.model = model, .tensors = TensorReader(model, directory)});
  context->opset = *opset;
  for (std::string& op : SupportedOps()) context->supported.insert(std::move(op));
  return context;
}

absl::Status ImportContext::Note(const absl::Status& status, absl::string_view place) {
  const bool is_form = absl::IsInvalidArgument(status);
  if (!is_form && !absl::IsUnimplemented(status)) {
    return WithContext(place, status);
  }
  malformed |= is_form;
  problems.Add(status.message(), place);
  return absl::OkStatus();
}

std::string GraphImporter::Place(absl::string_view what) const {
  return place_.empty() ? std::string(what) : absl::StrCat(what, " in a subgraph of ", place_);
}

absl::Status GraphImporter::ReadInitializers() {
  for (const onnx_format::TensorProto& proto : graph_.initializer()) {
    const std::string place = Place(absl::StrCat("initializer ", Quoted(proto.name())));
    if (!given_.insert(proto.name()).second) {
      return absl::DataLossError(absl::StrCat(place, ": name given twice"));
    }
    absl::StatusOr<Constant> constant = context_.tensors.Read(proto);
    if (!constant.ok()) {
      if (absl::Status status = context_.Note(constant.status(), place); !status.ok()) {
        return status;
      }
      continue;
    }
    facts_.AddConstant(proto.name(), *constant);
    builder_.AddConstant(proto.name(), *std::move(constant));
  }
  for (const onnx_format::SparseTensorProto& proto : graph_.sparse_initializer()) {
    given_.insert(proto.values().name());
    context_.problems.Add("type sparse tensor: not supported",
                          Place(absl::StrCat("initializer ", Quoted(proto.values().name()))));
  }
  return absl::OkStatus();
}

absl::Status GraphImporter::ReadInputs(absl::Span<const NamedShape> shapes) {
  absl::flat_hash_set<std::string> seen;
  for (const onnx_format::ValueInfoProto& info : graph_.input()) {
    const std::string place = Place(absl::StrCat("input ", Quoted(info.name())));
    if (info.name().empty() || !seen.insert(info.name()).second) {
      return absl::DataLossError(
          absl::StrCat(place, info.name().empty() ? ": no name" : ": name given twice"));
    }
    if (!given_.insert(info.name()).second) continue;
    absl::StatusOr<Value> value = ReadDeclaredValue(info);
    if (!value.ok()) {
      if (absl::Status status = context_.Note(value.status(), place); !status.ok()) return status;
      continue;
    }
    for (const NamedShape& named : shapes) {
      if (named.name != value->name) continue;
      if (absl::Status status = FixShape(named.shape, &*value); !status.ok()) return status;
    }
    facts_.Add(value->name, value->dtype, RankOf(*value));
    if (absl::Status status = builder_.AddInput(*std::move(value)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

absl::Status GraphImporter::AddCaptures(absl::Span<const std::string> captures) {
  absl::flat_hash_set<std::string> made = given_;
  for (const onnx_format::NodeProto& node : graph_.node()) {
    made.insert(node.output().begin(), node.output().end());
  }
  for (const std::string& name : captures) {
    // What the other branch of an If captures may have the name of a value that is made here.
    const bool is_other = made.contains(name);
    if (!is_other) given_.insert(name);
    absl::Status status =
        builder_.AddInput({.name = is_other ? absl::StrCat(name, "/captured") : name});
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

void GraphImporter::ReadValueInfo() {
  for (const auto* infos : {&graph_.value_info(), &graph_.output()}) {
    for (const onnx_format::ValueInfoProto& info : *infos) {
      const absl::StatusOr<Value> value = ReadDeclaredValue(info);
      if (value.ok()) facts_.Add(value->name, value->dtype, RankOf(*value));
    }
  }
}

absl::Status GraphImporter::ReadNodes() {
  absl::StatusOr<std::vector<int>> order = OrderNodes(graph_, given_);
  if (!order.ok()) return order.status();
  NodeImporter importer(context_, graph_, given_, &facts_, &builder_);
  for (int index : *order) {
    const std::string place = Place(DescribeNode(index, graph_.node(index)));
    const absl::Status status = importer.Import(index, place);
    if (status.ok()) continue;
    if (absl::Status fatal = context_.Note(status, place); !fatal.ok()) return fatal;
  }
  return absl::OkStatus();
}

absl::Status GraphImporter::ReadOutputs() {
  for (const onnx_format::ValueInfoProto& info : graph_.output()) {
    absl::StatusOr<Value> value = ReadDeclaredValue(info);
    absl::Status status = value.status();
    // With problems, nodes are missing; their outputs are then no news.
    if (status.ok() && context_.problems.empty()) status = builder_.AddOutput(*value);
    if (status.ok()) continue;
    const std::string place = Place(absl::StrCat("output ", Quoted(info.name())));
    if (absl::Status fatal = context_.Note(status, place); !fatal.ok()) return fatal;
  }
  return absl::OkStatus();
}

absl::StatusOr<Graph> GraphImporter::Run(absl::Span<const NamedShape> shapes,
                                         absl::Span<const std::string> captures) {
  if (absl::Status status = ReadInitializers(); !status.ok()) return status;
  if (absl::Status status = ReadInputs(shapes); !status.ok()) return status;
  if (absl::Status status = AddCaptures(captures); !status.ok()) return status;
  ReadValueInfo();
  if (absl::Status status = ReadNodes(); !status.ok()) return status;
  if (absl::Status status = ReadOutputs(); !status.ok()) return status;
  builder_.SetName(graph_.name());
  return builder_.TakeGraph();
}

}  // namespace kairos

#include "rtconvert/importer.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "rtconvert/declared_value.h"
#include "rtconvert/graph_builder.h"
#include "rtconvert/model_file.h"
#include "rtconvert/names.h"
#include "rtconvert/node_importer.h"
#include "rtconvert/node_order.h"
#include "rtconvert/problems.h"
#include "rtconvert/tensor_reader.h"
#include "rtconvert/value_facts.h"

namespace kairos {
namespace {

using onnx_format::GraphProto;
using onnx_format::ModelProto;

absl::Status WithContext(absl::string_view context, const absl::Status& status) {
  return absl::Status(status.code(), absl::StrCat(context, ": ", status.message()));
}

class Importer {
 public:
  Importer(std::shared_ptr<const ModelProto> model, const std::string& directory,
           const ImportOptions& options)
      : model_(model), graph_(model->graph()), options_(options), tensors_(model, directory) {}

  absl::StatusOr<Graph> Run(std::vector<std::string>* problems);

 private:
  // In the order in which they run.
  absl::Status CheckOptions() const;
  absl::Status ReadInitializers();
  absl::Status ReadInputs();
  void ReadValueInfo();
  absl::Status ReadNodes();
  absl::Status ReadOutputs();

  absl::Status Note(const absl::Status& status, absl::string_view place);
  absl::Status ProblemError(const std::vector<std::string>& lines) const;

  std::shared_ptr<const ModelProto> model_;
  const GraphProto& graph_;
  const ImportOptions& options_;
  TensorReader tensors_;
  Problems problems_;
  ValueFacts facts_;
  OnnxGraphBuilder builder_;
  bool malformed_ = false;
  absl::flat_hash_set<std::string> given_;  // inputs and initializers
};

// What is not supported and nodes of another form than their operators' are collected; everything
// else ends the import.
absl::Status Importer::Note(const absl::Status& status, absl::string_view place) {
  const bool is_form = absl::IsInvalidArgument(status);
  if (!is_form && !absl::IsUnimplemented(status)) return WithContext(place, status);
  malformed_ |= is_form;
  problems_.Add(status.message(), place);
  return absl::OkStatus();
}

absl::Status Importer::CheckOptions() const {
  for (const NamedShape& named : options_.shapes) {
    const auto is_named = [&](const auto& info) { return info.name() == named.name; };
    if (std::any_of(graph_.input().begin(), graph_.input().end(), is_named)) continue;
    const std::string inputs = absl::StrJoin(
        graph_.input(), ", ",
        [](std::string* out, const auto& info) { absl::StrAppend(out, Quoted(info.name())); });
    return absl::InvalidArgumentError(absl::StrCat("shape for ", Quoted(named.name),
                                                   ": no such input, expected one of ", inputs));
  }
  return absl::OkStatus();
}

absl::Status Importer::ReadInitializers() {
  for (const onnx_format::TensorProto& proto : graph_.initializer()) {
    const std::string place = absl::StrCat("initializer ", Quoted(proto.name()));
    if (!given_.insert(proto.name()).second) {
      return absl::DataLossError(absl::StrCat(place, ": name given twice"));
    }
    absl::StatusOr<Constant> constant = tensors_.Read(proto);
    if (!constant.ok()) {
      if (absl::Status status = Note(constant.status(), place); !status.ok()) return status;
      continue;
    }
    facts_.AddConstant(proto.name(), *constant);
    builder_.AddConstant(proto.name(), *std::move(constant));
  }
  for (const onnx_format::SparseTensorProto& proto : graph_.sparse_initializer()) {
    given_.insert(proto.values().name());
    problems_.Add("type sparse tensor: not supported",
                  absl::StrCat("initializer ", Quoted(proto.values().name())));
  }
  return absl::OkStatus();
}

absl::Status Importer::ReadInputs() {
  absl::flat_hash_set<std::string> seen;
  for (const onnx_format::ValueInfoProto& info : graph_.input()) {
    const std::string place = absl::StrCat("input ", Quoted(info.name()));
    if (info.name().empty() || !seen.insert(info.name()).second) {
      return absl::DataLossError(
          absl::StrCat(place, info.name().empty() ? ": no name" : ": name given twice"));
    }
    if (!given_.insert(info.name()).second) continue;
    absl::StatusOr<Value> value = ReadDeclaredValue(info);
    if (!value.ok()) {
      if (absl::Status status = Note(value.status(), place); !status.ok()) return status;
      continue;
    }
    for (const NamedShape& named : options_.shapes) {
      if (named.name != value->name) continue;
      if (absl::Status status = FixShape(named.shape, &*value); !status.ok()) return status;
    }
    std::optional<int64_t> rank;
    if (value->dims) rank = static_cast<int64_t>(value->dims->size());
    facts_.Add(value->name, value->dtype, rank);
    if (absl::Status status = builder_.AddInput(*std::move(value)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

void Importer::ReadValueInfo() {
  for (const auto* infos : {&graph_.value_info(), &graph_.output()}) {
    for (const onnx_format::ValueInfoProto& info : *infos) {
      const absl::StatusOr<Value> value = ReadDeclaredValue(info);
      if (!value.ok()) continue;
      std::optional<int64_t> rank;
      if (value->dims) rank = static_cast<int64_t>(value->dims->size());
      facts_.Add(value->name, value->dtype, rank);
    }
  }
}

absl::Status Importer::ReadNodes() {
  absl::StatusOr<std::vector<int>> order = OrderNodes(graph_, given_);
  if (!order.ok()) return order.status();
  absl::StatusOr<NodeImporter> importer =
      NodeImporter::Make(*model_, &tensors_, &facts_, &builder_, &problems_);
  if (!importer.ok()) return importer.status();
  for (int index : *order) {
    const absl::Status status = importer->Import(index);
    if (status.ok()) continue;
    if (absl::Status fatal = Note(status, DescribeNode(index, graph_.node(index))); !fatal.ok()) {
      return fatal;
    }
  }
  return absl::OkStatus();
}

absl::Status Importer::ReadOutputs() {
  for (const onnx_format::ValueInfoProto& info : graph_.output()) {
    const std::string place = absl::StrCat("output ", Quoted(info.name()));
    absl::StatusOr<Value> value = ReadDeclaredValue(info);
    absl::Status status = value.status();
    // With problems, nodes are missing; their outputs are then no news.
    if (status.ok() && problems_.empty()) status = builder_.AddOutput(*value);
    if (status.ok()) continue;
    if (absl::Status fatal = Note(status, place); !fatal.ok()) return fatal;
  }
  return absl::OkStatus();
}

absl::Status Importer::ProblemError(const std::vector<std::string>& lines) const {
  constexpr size_t kMaxShown = 8;
  const size_t shown = std::min(lines.size(), kMaxShown);
  std::string text = absl::StrJoin(lines.begin(), lines.begin() + static_cast<long>(shown), "; ");
  if (shown < lines.size()) absl::StrAppend(&text, "; and ", lines.size() - shown, " more");
  return malformed_ ? absl::DataLossError(text) : absl::UnimplementedError(text);
}

absl::StatusOr<Graph> Importer::Run(std::vector<std::string>* problems) {
  if (absl::Status status = CheckOptions(); !status.ok()) return status;
  if (absl::Status status = ReadInitializers(); !status.ok()) return status;
  if (absl::Status status = ReadInputs(); !status.ok()) return status;
  ReadValueInfo();
  if (absl::Status status = ReadNodes(); !status.ok()) return status;
  if (absl::Status status = ReadOutputs(); !status.ok()) return status;
  const std::vector<std::string> lines = problems_.Lines();
  if (problems != nullptr) *problems = lines;
  if (!lines.empty()) return ProblemError(lines);
  builder_.SetName(graph_.name());
  for (const onnx_format::StringStringEntryProto& entry : model_->metadata_props()) {
    builder_.AddMetadata(entry.key(), entry.value());
  }
  Graph graph = builder_.TakeGraph();
  if (absl::Status status = ValidateGraph(graph); !status.ok()) return status;
  return graph;
}

}  // namespace

absl::StatusOr<Graph> ImportOnnxModel(std::shared_ptr<const ModelProto> model,
                                      const std::string& directory, const ImportOptions& options,
                                      std::vector<std::string>* problems) {
  return Importer(std::move(model), directory, options).Run(problems);
}

absl::StatusOr<Graph> ImportOnnx(const std::string& path, const ImportOptions& options,
                                 std::vector<std::string>* problems) {
  absl::StatusOr<std::shared_ptr<const ModelProto>> model = ReadModelFile(path);
  if (!model.ok()) return model.status();
  absl::StatusOr<Graph> graph =
      ImportOnnxModel(*std::move(model), DirectoryOf(path), options, problems);
  if (!graph.ok()) return WithContext(path, graph.status());
  return graph;
}

}  // namespace kairos

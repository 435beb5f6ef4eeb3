#include "rtconvert/importer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "common/status_context.h"
#include "rtconvert/free_names.h"
#include "rtconvert/functions.h"
#include "rtconvert/graph_importer.h"
#include "rtconvert/model_file.h"
#include "rtconvert/names.h"

namespace kairos {
namespace {

using onnx_format::GraphProto;
using onnx_format::ModelProto;

absl::Status CheckShapes(const GraphProto& graph, absl::Span<const NamedShape> shapes) {
  for (const NamedShape& named : shapes) {
    const auto is_named = [&](const auto& info) { return info.name() == named.name; };
    if (std::any_of(graph.input().begin(), graph.input().end(), is_named)) continue;
    const std::string inputs = absl::StrJoin(
        graph.input(), ", ",
        [](std::string* out, const auto& info) { absl::StrAppend(out, Quoted(info.name())); });
    return absl::InvalidArgumentError(absl::StrCat("shape for ", Quoted(named.name),
                                                   ": no such input, expected one of ", inputs));
  }
  return absl::OkStatus();
}

absl::Status ProblemError(const std::vector<std::string>& lines, bool malformed) {
  constexpr size_t kMaxShown = 8;
  const size_t shown = std::min(lines.size(), kMaxShown);
  std::string text = absl::StrJoin(lines.begin(), lines.begin() + static_cast<long>(shown), "; ");
  if (shown < lines.size()) absl::StrAppend(&text, "; and ", lines.size() - shown, " more");
  return malformed ? absl::DataLossError(text) : absl::UnimplementedError(text);
}

}  // namespace

absl::StatusOr<Graph> ImportOnnxModel(std::shared_ptr<const ModelProto> model,
                                      const std::string& directory, const ImportOptions& options,
                                      std::vector<std::string>* problems) {
  if (absl::Status status = CheckGraphDepth(model->graph()); !status.ok()) return status;
  if (absl::Status status = CheckShapes(model->graph(), options.shapes); !status.ok()) {
    return status;
  }
  absl::StatusOr<std::shared_ptr<const ModelProto>> inlined = InlineFunctions(std::move(model));
  if (!inlined.ok()) return inlined.status();
  absl::StatusOr<std::unique_ptr<ImportContext>> context =
      ImportContext::Make(*std::move(inlined), directory);
  if (!context.ok()) return context.status();
  const ModelProto& used = *(*context)->model;
  if (absl::Status status = CheckGraphDepth(used.graph()); !status.ok()) return status;
  absl::StatusOr<Graph> graph =
      GraphImporter(**context, used.graph(), nullptr, "").Run(options.shapes, {});
  if (!graph.ok()) return graph.status();
  const std::vector<std::string> lines = (*context)->problems.Lines();
  if (problems != nullptr) *problems = lines;
  if (!lines.empty()) return ProblemError(lines, (*context)->malformed);
  for (const onnx_format::StringStringEntryProto& entry : used.metadata_props()) {
    graph->metadata.emplace_back(entry.key(), entry.value());
  }
  if (absl::Status status = ValidateGraph(*graph); !status.ok()) return status;
  return graph;
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

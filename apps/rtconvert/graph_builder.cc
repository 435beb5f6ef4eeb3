#include "rtconvert/graph_builder.h"

#include "absl/strings/str_cat.h"

#include "rtconvert/names.h"

namespace kairos {

absl::StatusOr<ValueId> OnnxGraphBuilder::Define(Value value) {
  const ValueId id = static_cast<ValueId>(graph_.values.size());
  if (!ids_.try_emplace(value.name, id).second) {
    return absl::DataLossError(absl::StrCat("value ", Quoted(value.name), " is produced twice"));
  }
  graph_.values.push_back(std::move(value));
  return id;
}

absl::StatusOr<ValueId> OnnxGraphBuilder::Use(const std::string& name) {
  if (name.empty()) return kNoValue;
  if (const auto it = ids_.find(name); it != ids_.end()) return it->second;
  const auto it = constants_.find(name);
  if (it == constants_.end()) {
    return absl::DataLossError(absl::StrCat("value ", Quoted(name), " is never produced"));
  }
  return Define({.name = name, .dtype = it->second.type.dtype, .constant = it->second});
}

absl::Status OnnxGraphBuilder::AddInput(Value value) {
  absl::StatusOr<ValueId> id = Define(std::move(value));
  if (!id.ok()) return id.status();
  graph_.inputs.push_back(*id);
  return absl::OkStatus();
}

absl::Status OnnxGraphBuilder::AddNode(OnnxNode node) {
  Node added{.op = std::move(node.op), .name = std::move(node.name)};
  added.domain = std::move(node.domain);
  added.attributes = std::move(node.attributes);
  for (const std::string& input : node.inputs) {
    absl::StatusOr<ValueId> id = Use(input);
    if (!id.ok()) return id.status();
    added.inputs.push_back(*id);
  }
  for (std::string& output : node.outputs) {
    absl::StatusOr<ValueId> id = kNoValue;
    if (!output.empty()) id = Define({.name = std::move(output)});
    if (!id.ok()) return id.status();
    added.outputs.push_back(*id);
  }
  graph_.nodes.push_back(std::move(added));
  return absl::OkStatus();
}

absl::Status OnnxGraphBuilder::AddOutput(const Value& declared) {
  absl::StatusOr<ValueId> id = Use(declared.name);
  if (!id.ok()) return id.status();
  if (*id == kNoValue) return absl::DataLossError("no name");
  Value& value = graph_.value(*id);
  if (value.dtype == DType::kUndefined) value.dtype = declared.dtype;
  if (!value.dims && !value.constant) value.dims = declared.dims;
  graph_.outputs.push_back(*id);
  return absl::OkStatus();
}

}  // namespace kairos

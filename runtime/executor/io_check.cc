#include "executor/io_check.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/status_macros.h"

namespace kairos {
namespace {

std::string DeclaredShape(const std::vector<Dim>& dims) {
  return absl::StrCat("[", absl::StrJoin(dims, ",", [](std::string* out, const Dim& dim) {
    if (dim.size >= 0) {
      absl::StrAppend(out, dim.size);
    } else {
      absl::StrAppend(out, dim.symbol.empty() ? "?" : dim.symbol);
    }
  }), "]");
}

absl::Status CheckOneInput(const Value& declared, const TensorView& input,
                           std::map<std::string, int64_t>* symbols) {
  if (input.dtype != declared.dtype && declared.dtype != DType::kUndefined) {
    return absl::InvalidArgumentError(absl::StrCat("got ", DTypeName(input.dtype), ", expected ",
                                                   DTypeName(declared.dtype)));
  }
  absl::StatusOr<size_t> bytes = CheckedByteCount(input.dtype, input.shape);
  if (!bytes.ok()) return bytes.status();
  if (!declared.dims.has_value()) return absl::OkStatus();
  const std::vector<Dim>& dims = *declared.dims;
  bool fits = dims.size() == input.shape.size();
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    fits = dims[i].size < 0 || dims[i].size == input.shape[i];
  }
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("got shape ", ShapeString(input.shape),
                                                   ", expected ", DeclaredShape(dims)));
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i].symbol.empty() || dims[i].size >= 0) continue;
    auto [it, first] = symbols->try_emplace(dims[i].symbol, input.shape[i]);
    if (first || it->second == input.shape[i]) continue;
    return absl::InvalidArgumentError(absl::StrCat("dimension '", dims[i].symbol, "' is ",
                                                   input.shape[i], ", expected ", it->second,
                                                   " as in another input"));
  }
  return absl::OkStatus();
}

template <typename View>
absl::Status CheckBuffer(const View& view, size_t needed) {
  if (view.bytes != needed) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", view.bytes, " bytes, expected ", needed));
  }
  if (needed > 0 && view.data == nullptr) {
    return absl::InvalidArgumentError("data pointer is null");
  }
  return absl::OkStatus();
}

std::string InputLabel(const Graph& graph, size_t i) {
  return absl::StrCat("input '", graph.value(graph.inputs[i]).name, "'");
}

}  // namespace

absl::Status CheckInputTypes(const Graph& graph, absl::Span<const TensorView> inputs) {
  if (inputs.size() != graph.inputs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("inputs: got ", inputs.size(), ", expected ", graph.inputs.size(), " (",
                     absl::StrJoin(graph.inputs, ", ",
                                   [&](std::string* out, ValueId id) {
                                     absl::StrAppend(out, graph.value(id).name);
                                   }),
                     ")"));
  }
  std::map<std::string, int64_t> symbols;
  for (size_t i = 0; i < inputs.size(); ++i) {
    absl::Status checked = CheckOneInput(graph.value(graph.inputs[i]), inputs[i], &symbols);
    if (!checked.ok()) return Annotate(InputLabel(graph, i), checked);
  }
  return absl::OkStatus();
}

absl::Status CheckInputData(const Graph& graph, absl::Span<const TensorView> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    const size_t needed = static_cast<size_t>(ElementCount(inputs[i].shape)) *
                          DTypeSize(inputs[i].dtype);
    absl::Status checked = CheckBuffer(inputs[i], needed);
    if (!checked.ok()) return Annotate(InputLabel(graph, i), checked);
  }
  return absl::OkStatus();
}

absl::Status CheckOutputs(const Graph& graph, absl::Span<const TensorType> types,
                          absl::Span<const std::string> tap_names,
                          absl::Span<const MutableTensorView> outputs) {
  if (outputs.size() != types.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("outputs: got ", outputs.size(), ", expected ", types.size()));
  }
  for (size_t i = 0; i < outputs.size(); ++i) {
    absl::Status checked;
    if (outputs[i].dtype != types[i].dtype ||
        !std::equal(outputs[i].shape.begin(), outputs[i].shape.end(), types[i].shape.begin(),
                    types[i].shape.end())) {
      checked = absl::InvalidArgumentError(
          absl::StrCat("got ", DTypeName(outputs[i].dtype), ShapeString(outputs[i].shape),
                       ", expected ", types[i].ToString()));
    } else {
      checked = CheckBuffer(outputs[i], types[i].byte_count());
    }
    if (checked.ok()) continue;
    const bool is_tap = i >= graph.outputs.size();
    const std::string& name = is_tap ? tap_names[i - graph.outputs.size()]
                                     : graph.value(graph.outputs[i]).name;
    return Annotate(absl::StrCat(is_tap ? "tap '" : "output '", name, "'"), checked);
  }
  return absl::OkStatus();
}

}  // namespace kairos

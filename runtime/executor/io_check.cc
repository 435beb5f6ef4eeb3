#include "executor/io_check.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/status_macros.h"
#include "graph/subgraphs.h"

namespace kairos {
namespace {

// Inputs whose bytes are part of the signature are shapes, axes and the like.
constexpr size_t kMaxKeyedBytes = 64 << 10;

std::string DeclaredShape(const std::vector<Dim>& dims) {
  return absl::StrCat("[", absl::StrJoin(dims, ",", [](std::string* out, const Dim& dim) {
    if (dim.size >= 0) {
      absl::StrAppend(out, dim.size);
    } else {
      absl::StrAppend(out, dim.symbol.empty() ? "?" : dim.symbol);
    }
  }), "]");
}

absl::Status CheckDims(const Value& declared, absl::Span<const int64_t> shape,
                       std::map<std::string, int64_t>* symbols) {
  if (!declared.dims.has_value()) return absl::OkStatus();
  const std::vector<Dim>& dims = *declared.dims;
  bool fits = dims.size() == shape.size();
  for (size_t i = 0; fits && i < dims.size(); ++i) {
    fits = dims[i].size < 0 || dims[i].size == shape[i];
  }
  if (!fits) {
    return absl::InvalidArgumentError(
        absl::StrCat("got shape ", ShapeString(shape), ", expected ", DeclaredShape(dims)));
  }
  for (size_t i = 0; i < dims.size(); ++i) {
    if (dims[i].symbol.empty() || dims[i].size >= 0) continue;
    auto [it, first] = symbols->try_emplace(dims[i].symbol, shape[i]);
    if (first || it->second == shape[i]) continue;
    return absl::InvalidArgumentError(absl::StrCat("dimension '", dims[i].symbol, "' is ", shape[i],
                                                   ", expected ", it->second,
                                                   " as in another input"));
  }
  return absl::OkStatus();
}

absl::Status CheckOneInput(const Value& declared, const TensorView& input,
                           std::map<std::string, int64_t>* symbols) {
  if (input.dtype != declared.dtype && declared.dtype != DType::kUndefined) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", DTypeName(input.dtype), ", expected ", DTypeName(declared.dtype)));
  }
  absl::StatusOr<size_t> bytes = CheckedByteCount(input.dtype, input.shape);
  if (!bytes.ok()) return bytes.status();
  return CheckDims(declared, input.shape, symbols);
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

absl::Status CheckInputCount(const Graph& graph, size_t count) {
  if (count == graph.inputs.size()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "inputs: got ", count, ", expected ", graph.inputs.size(), " (",
      absl::StrJoin(
          graph.inputs, ", ",
          [&](std::string* out, ValueId id) { absl::StrAppend(out, graph.value(id).name); }),
      ")"));
}

}  // namespace

absl::Status CheckInputTypes(const Graph& graph, absl::Span<const TensorView> inputs) {
  KAIROS_RETURN_IF_ERROR(CheckInputCount(graph, inputs.size()));
  std::map<std::string, int64_t> symbols;
  for (size_t i = 0; i < inputs.size(); ++i) {
    absl::Status checked = CheckOneInput(graph.value(graph.inputs[i]), inputs[i], &symbols);
    if (!checked.ok()) return Annotate(InputLabel(graph, i), checked);
  }
  return absl::OkStatus();
}

absl::Status CheckKeyedBytes(const Graph& graph, const std::vector<bool>& keyed,
                             absl::Span<const TensorView> inputs) {
  for (size_t i = 0; i < inputs.size(); ++i) {
    if (!keyed[i] || inputs[i].bytes <= kMaxKeyedBytes) continue;
    return absl::UnimplementedError(absl::StrCat(InputLabel(graph, i), ": decides shapes and has ",
                                                 inputs[i].bytes, " bytes, expected at most ",
                                                 kMaxKeyedBytes));
  }
  return absl::OkStatus();
}

absl::Status CheckSignature(const Graph& graph, const std::vector<bool>& keyed,
                            const Signature& signature) {
  std::vector<TensorView> views;
  for (const TensorType& type : signature.inputs) {
    views.push_back({type.dtype, type.shape, nullptr, 0});
  }
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(graph, views));
  if (signature.values.size() != views.size()) {
    return absl::InvalidArgumentError(absl::StrCat("signature: got ", signature.values.size(),
                                                   " values, expected ", views.size()));
  }
  for (size_t i = 0; i < views.size(); ++i) {
    if (signature.inputs[i].layout != Layout::kPlain) {
      return absl::InvalidArgumentError(absl::StrCat(InputLabel(graph, i), ": got ",
                                                     signature.inputs[i].ToString(),
                                                     ", expected a plain one"));
    }
    views[i].bytes = signature.inputs[i].byte_count();
    const size_t have = signature.values[i].size();
    const size_t want = keyed[i] ? views[i].bytes : 0;
    if (have == want) continue;
    return absl::InvalidArgumentError(absl::StrCat(InputLabel(graph, i), ": got ", have,
                                                   " bytes that decide shapes, expected ", want));
  }
  return CheckKeyedBytes(graph, keyed, views);
}

namespace {

absl::Status CheckBorrowed(const Constant& tensor, DType declared) {
  if (tensor.type.dtype != declared && declared != DType::kUndefined) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", DTypeName(tensor.type.dtype), ", expected ", DTypeName(declared)));
  }
  // Strings have no size of their own.
  const DType dtype = tensor.type.dtype == DType::kString ? DType::kUint64 : tensor.type.dtype;
  KAIROS_ASSIGN_OR_RETURN(const size_t bytes, CheckedByteCount(dtype, tensor.type.shape));
  if (tensor.type.layout != Layout::kPlain) {
    return absl::InvalidArgumentError("got a tensor in channels-last order, expected a plain one");
  }
  if (bytes > 0 && tensor.data == nullptr) {
    return absl::InvalidArgumentError("data pointer is null");
  }
  return absl::OkStatus();
}

absl::Status CheckOneValue(const Value& declared, const AnyValue& input) {
  const bool fits = declared.kind == ValueKind::kOptional ||
                    (declared.kind == ValueKind::kTensor ? input.is_tensor() : input.is_sequence());
  if (!fits) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", input.ToString(), ", expected a ",
                     declared.kind == ValueKind::kTensor ? "tensor" : "sequence"));
  }
  if (input.is_tensor()) return CheckBorrowed(input.tensor, declared.dtype);
  for (const Constant& tensor : input.sequence) {
    KAIROS_RETURN_IF_ERROR(CheckBorrowed(tensor, declared.dtype));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckInputValues(const Graph& graph, absl::Span<const AnyValue> inputs) {
  KAIROS_RETURN_IF_ERROR(CheckInputCount(graph, inputs.size()));
  std::map<std::string, int64_t> symbols;
  for (size_t i = 0; i < inputs.size(); ++i) {
    const Value& declared = graph.value(graph.inputs[i]);
    absl::Status checked = CheckOneValue(declared, inputs[i]);
    if (checked.ok() && declared.kind == ValueKind::kTensor) {
      checked = CheckDims(declared, inputs[i].tensor.type.shape, &symbols);
    }
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

absl::StatusOr<std::vector<AnyValue>> BorrowInputs(const Graph& graph,
                                                   absl::Span<const TensorView> inputs) {
  KAIROS_RETURN_IF_ERROR(CheckInputTypes(graph, inputs));
  KAIROS_RETURN_IF_ERROR(CheckInputData(graph, inputs));
  std::vector<AnyValue> values;
  for (const TensorView& input : inputs) values.push_back(AnyValue::Of(input));
  return values;
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

namespace {

// Whether a body of control flow has a value of this name.
bool HasInside(const Graph& graph, const std::string& name) {
  for (const Node& node : graph.nodes) {
    for (const BodyOf& body : BodiesOf(node)) {
      const std::vector<Value>& values = body.graph->values;
      if (std::any_of(values.begin(), values.end(),
                      [&](const Value& v) { return v.name == name; }) ||
          HasInside(*body.graph, name)) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

absl::Status CheckTaps(const Graph& graph, const std::vector<std::string>& taps) {
  for (const std::string& tap : taps) {
    if (std::any_of(graph.values.begin(), graph.values.end(),
                    [&](const Value& v) { return v.name == tap; })) {
      continue;
    }
    return absl::NotFoundError(
        absl::StrCat("tap '", tap, "': ",
                     HasInside(graph, tap) ? "the value is inside of a node, where no tap reaches"
                                           : "the model has no such value"));
  }
  return absl::OkStatus();
}

}  // namespace kairos

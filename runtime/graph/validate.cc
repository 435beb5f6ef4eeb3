#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/check_node.h"
#include "graph/dtype_rule.h"
#include "graph/op_table.h"
#include "graph/unknown_ops.h"
#include "kairos/graph.h"

namespace kairos {
namespace {

constexpr size_t kMaxNodes = 1000000;
constexpr size_t kMaxValues = 2000000;
constexpr int64_t kMaxDim = (int64_t{1} << 31) - 1;

template <typename... Parts>
absl::Status DataLoss(const Parts&... parts) {
  return absl::DataLossError(absl::StrCat(parts...));
}

absl::Status ExpectAtMost(absl::string_view what, size_t have, size_t limit) {
  if (have <= limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("graph: got ", have, " ", what, ", expected at most ", limit));
}

absl::Status CheckRank(size_t rank) {
  if (rank <= kMaxRank) return absl::OkStatus();
  return absl::ResourceExhaustedError(absl::StrCat("rank ", rank, " exceeds the limit ", kMaxRank));
}

// The sizes of a file's tensors are checked by whoever reads it; this is for types.
absl::Status CheckConstant(const Constant& constant) {
  const TensorType& type = constant.type;
  KAIROS_RETURN_IF_ERROR(CheckRank(type.shape.size()));
  const absl::StatusOr<size_t> bytes = CheckedByteCount(type.dtype, type.shape);
  if (!bytes.ok()) return DataLoss("constant: ", bytes.status().message());
  if (type.layout != Layout::kPlain) return DataLoss("constant is channels-last, expected plain");
  if (*bytes > 0 && constant.data == nullptr) {
    return DataLoss("constant has no data, expected ", *bytes, " bytes");
  }
  return absl::OkStatus();
}

absl::Status CheckValue(const Value& value) {
  // Strings pass through; no kernel takes them.
  const bool passes = value.dtype == DType::kUndefined || value.dtype == DType::kString;
  if (!passes && !DTypeFits('A', value.dtype)) {
    return absl::UnimplementedError(
        absl::StrCat("type ", DTypeName(value.dtype), " is not supported"));
  }
  if (value.dims.has_value()) {
    KAIROS_RETURN_IF_ERROR(CheckRank(value.dims->size()));
    for (const Dim& dim : *value.dims) {
      if (dim.size >= -1 && dim.size <= kMaxDim) continue;
      return DataLoss("a dimension is ", dim.size, ", expected -1 to 2^31 - 1");
    }
  }
  if (value.kind > ValueKind::kOptional) {
    return DataLoss("kind is ", static_cast<int>(value.kind), ", expected 0 to 2");
  }
  return value.constant.has_value() ? CheckConstant(*value.constant) : absl::OkStatus();
}

absl::Status CheckLimits(const Graph& graph) {
  KAIROS_RETURN_IF_ERROR(ExpectAtMost("nodes", graph.nodes.size(), kMaxNodes));
  return ExpectAtMost("values", graph.values.size(), kMaxValues);
}

class Validator {
 public:
  explicit Validator(const Graph& graph)
      : graph_(graph), sources_(graph.values.size()), named_(graph.values.size(), false) {}

  absl::Status Run() {
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      const absl::Status valid = CheckValue(graph_.values[i]);
      if (!valid.ok()) return Annotate(ValueLabel(i), valid);
      if (graph_.values[i].constant.has_value()) sources_[i].kind = Source::kConstant;
    }
    for (size_t i = 0; i < graph_.inputs.size(); ++i) {
      KAIROS_RETURN_IF_ERROR(
          Produce(graph_.inputs[i], absl::StrCat("graph input ", i), {Source::kInput, 0}));
    }
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      KAIROS_RETURN_IF_ERROR(VisitOutputs(n));
    }
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      KAIROS_RETURN_IF_ERROR(VisitInputs(n));
    }
    for (size_t i = 0; i < graph_.outputs.size(); ++i) {
      KAIROS_RETURN_IF_ERROR(
          Read(graph_.outputs[i], absl::StrCat("graph output ", i), graph_.nodes.size()));
    }
    for (size_t n = 0; n < graph_.nodes.size(); ++n) {
      KAIROS_RETURN_IF_ERROR(VisitBodies(n));
    }
    return absl::OkStatus();
  }

 private:
  struct Source {
    enum Kind : uint8_t { kNone, kConstant, kInput, kNode } kind = kNone;
    size_t node = 0;  // of kNode
  };

  std::string ValueLabel(size_t index) const {
    return absl::StrCat("value ", index, " '", Printable(graph_.values[index].name), "'");
  }
  std::string Label(size_t n) const {
    const Node& node = graph_.nodes[n];
    return absl::StrCat("node ", n, " '", Printable(node.name), "' (", Printable(node.op), ")");
  }
  std::string SourceLabel(const Source& source) const {
    if (source.kind == Source::kNode) return Label(source.node);
    return source.kind == Source::kInput ? "a graph input" : "a constant";
  }

  absl::Status CheckIndex(ValueId id, absl::string_view place) const {
    if (id >= 0 && static_cast<size_t>(id) < graph_.values.size()) return absl::OkStatus();
    return DataLoss(place, " is value ", id, ", expected an index below ", graph_.values.size());
  }

  // Values that nothing refers to need no name.
  absl::Status CheckName(ValueId id) {
    const auto index = static_cast<size_t>(id);
    if (named_[index]) return absl::OkStatus();
    named_[index] = true;
    const std::string& name = graph_.values[index].name;
    if (name.empty()) return DataLoss("value ", id, " has no name");
    const auto [it, is_new] = value_names_.emplace(name, index);
    if (is_new) return absl::OkStatus();
    return DataLoss(ValueLabel(index), " has the name of value ", it->second,
                    ", expected distinct ones");
  }

  absl::Status Produce(ValueId id, absl::string_view place, Source source) {
    KAIROS_RETURN_IF_ERROR(CheckIndex(id, place));
    Source& known = sources_[static_cast<size_t>(id)];
    if (known.kind != Source::kNone) {
      return DataLoss(place, " is ", ValueLabel(static_cast<size_t>(id)), ", which is already of ",
                      SourceLabel(known), ", expected a single producer");
    }
    known = source;
    return CheckName(id);
  }

  // `before`: the nodes below this index have run.
  absl::Status Read(ValueId id, absl::string_view place, size_t before) {
    KAIROS_RETURN_IF_ERROR(CheckIndex(id, place));
    const auto index = static_cast<size_t>(id);
    const Source& source = sources_[index];
    if (source.kind == Source::kNone) {
      return DataLoss(place, " is ", ValueLabel(index), ", which nothing produces");
    }
    if (source.kind == Source::kNode && source.node >= before) {
      return DataLoss(place, " is ", ValueLabel(index), ", which ",
                      source.node == before ? "it produces itself"
                                            : absl::StrCat(Label(source.node), " produces later"),
                      ", expected nodes in topological order");
    }
    return CheckName(id);
  }

  absl::Status VisitOutputs(size_t n) {
    const Node& node = graph_.nodes[n];
    const auto [it, is_new] = node_names_.emplace(node.name, n);
    if (!is_new)
      return DataLoss(Label(n), ": has the name of ", Label(it->second),
                      ", expected distinct ones");
    const absl::Status form = CheckNodeForm(node, *FindOp(node.domain, node.op));
    if (absl::IsInvalidArgument(form)) return DataLoss(Label(n), ": ", form.message());
    if (!form.ok()) return Annotate(Label(n), form);
    for (size_t i = 0; i < node.outputs.size(); ++i) {
      if (node.outputs[i] == kNoValue) continue;
      const absl::Status produced =
          Produce(node.outputs[i], absl::StrCat("output ", i), {Source::kNode, n});
      if (!produced.ok()) return Annotate(Label(n), produced);
    }
    return absl::OkStatus();
  }

  absl::Status VisitInputs(size_t n) {
    const Node& node = graph_.nodes[n];
    for (size_t i = 0; i < node.inputs.size(); ++i) {
      if (node.inputs[i] == kNoValue) continue;
      const absl::Status read = Read(node.inputs[i], absl::StrCat("input ", i), n);
      if (!read.ok()) return Annotate(Label(n), read);
    }
    return absl::OkStatus();
  }

  // Their depth has been checked.
  absl::Status VisitBodies(size_t n) {
    for (const auto& [name, value] : graph_.nodes[n].attributes.entries()) {
      const auto* body = std::get_if<std::shared_ptr<const Graph>>(&value);
      if (body == nullptr) continue;
      absl::Status valid = CheckLimits(**body);
      if (valid.ok()) valid = Validator(**body).Run();
      if (!valid.ok()) return Annotate(absl::StrCat(Label(n), ": ", name), valid);
    }
    return absl::OkStatus();
  }

  const Graph& graph_;
  std::vector<Source> sources_;  // by value
  std::vector<bool> named_;      // by value: its name has been checked
  absl::flat_hash_map<absl::string_view, size_t> value_names_;
  absl::flat_hash_map<absl::string_view, size_t> node_names_;
};

}  // namespace

absl::Status ValidateGraph(const Graph& graph) {
  KAIROS_RETURN_IF_ERROR(CheckLimits(graph));
  KAIROS_RETURN_IF_ERROR(CheckOpsAreKnown(graph));
  return Validator(graph).Run();
}

}  // namespace kairos

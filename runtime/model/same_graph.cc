#include "model/same_graph.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/op_table.h"
#include "graph/subgraphs.h"

namespace kairos {
namespace {

absl::Status CheckCount(const char* what, size_t have, size_t want) {
  if (have == want) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("got ", have, " ", what, ", expected ", want));
}

struct EqualPayload {
  template <typename T>
  bool operator()(const T& a, const T& b) const {
    return a == b;
  }
  bool operator()(const Constant& a, const Constant& b) const {
    if (a.type.dtype == DType::kString) return a.data == b.data;
    const size_t bytes = a.type.byte_count();
    return a.type == b.type && (bytes == 0 || std::memcmp(a.data, b.data, bytes) == 0);
  }
  // Compared by itself.
  bool operator()(const std::shared_ptr<const Graph>&, const std::shared_ptr<const Graph>&) const {
    return true;
  }
  template <typename T, typename U>
  bool operator()(const T&, const U&) const {
    return false;
  }
};

bool Equal(const Attributes& a, const Attributes& b) {
  return std::equal(a.entries().begin(), a.entries().end(), b.entries().begin(), b.entries().end(),
                    [](const Attributes::Entry& x, const Attributes::Entry& y) {
                      return x.first == y.first && std::visit(EqualPayload(), x.second, y.second);
                    });
}

bool Equal(const PostOp& a, const PostOp& b) {
  return a.op == b.op && Equal(a.attributes, b.attributes) && a.operand == b.operand &&
         a.operand_first == b.operand_first;
}

absl::Status CheckValue(const Value& have, const Value& want) {
  const bool same = have.name == want.name && have.dtype == want.dtype && have.dims == want.dims &&
                    have.kind == want.kind &&
                    have.constant.has_value() == want.constant.has_value();
  if (have.constant.has_value() && want.constant.has_value() && have.name == want.name) {
    KAIROS_RETURN_IF_ERROR(CheckWeightType(have.name, have.constant->type, want.constant->type));
  }
  if (same) return absl::OkStatus();
  if (have.name != want.name) {
    return absl::InvalidArgumentError(
        absl::StrCat("got a value '", have.name, "', expected '", want.name, "'"));
  }
  return absl::InvalidArgumentError(
      absl::StrCat("value '", have.name, "': got another declaration than the model has"));
}

absl::Status CheckNode(const Node& have, const Node& want) {
  if (have.name != want.name || have.op != want.op || have.domain != want.domain) {
    return absl::InvalidArgumentError(
        absl::StrCat("got ", NodeLabel(have), ", expected ", NodeLabel(want)));
  }
  const char* difference = nullptr;
  if (have.inputs != want.inputs) difference = "inputs";
  if (have.outputs != want.outputs) difference = "outputs";
  if (!Equal(have.attributes, want.attributes)) difference = "attributes";
  if (!std::equal(have.post_ops.begin(), have.post_ops.end(), want.post_ops.begin(),
                  want.post_ops.end(),
                  [](const PostOp& a, const PostOp& b) { return Equal(a, b); })) {
    difference = "fused operators";
  }
  if (difference != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(NodeLabel(have), ": got other ", difference, " than the model has"));
  }
  const std::vector<BodyOf> bodies = BodiesOf(have), wanted = BodiesOf(want);
  for (size_t i = 0; i < bodies.size(); ++i) {
    KAIROS_RETURN_IF_ERROR(
        Annotate(NodeLabel(have), DiffersInWeightsOnly(*bodies[i].graph, *wanted[i].graph)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckWeightType(const std::string& name, const TensorType& have,
                             const TensorType& want) {
  if (have == want) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("weight '", name, "': got ", have.ToString(), ", expected ", want.ToString()));
}

absl::Status DiffersInWeightsOnly(const Graph& have, const Graph& want) {
  for (size_t i = 0; i < std::min(have.nodes.size(), want.nodes.size()); ++i) {
    KAIROS_RETURN_IF_ERROR(CheckNode(have.nodes[i], want.nodes[i]));
  }
  KAIROS_RETURN_IF_ERROR(CheckCount("nodes", have.nodes.size(), want.nodes.size()));
  for (size_t i = 0; i < std::min(have.values.size(), want.values.size()); ++i) {
    KAIROS_RETURN_IF_ERROR(CheckValue(have.values[i], want.values[i]));
  }
  KAIROS_RETURN_IF_ERROR(CheckCount("values", have.values.size(), want.values.size()));
  if (have.inputs != want.inputs || have.outputs != want.outputs) {
    return absl::InvalidArgumentError("got other inputs or outputs than the model has");
  }
  return absl::OkStatus();
}

}  // namespace kairos

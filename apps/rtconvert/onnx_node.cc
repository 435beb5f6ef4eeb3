#include "rtconvert/onnx_node.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

#include "rtconvert/names.h"

namespace kairos {
namespace {

using onnx_format::AttributeProto;

// Files of IR version 1 say the type only by the field they use.
AttributeProto::AttributeType TypeOf(const AttributeProto& proto) {
  if (proto.has_type() && proto.type() != AttributeProto::UNDEFINED) return proto.type();
  if (proto.has_f()) return AttributeProto::FLOAT;
  if (proto.has_i()) return AttributeProto::INT;
  if (proto.has_s()) return AttributeProto::STRING;
  if (proto.has_t()) return AttributeProto::TENSOR;
  if (proto.has_g()) return AttributeProto::GRAPH;
  if (proto.floats_size() > 0) return AttributeProto::FLOATS;
  if (proto.ints_size() > 0) return AttributeProto::INTS;
  if (proto.strings_size() > 0) return AttributeProto::STRINGS;
  return AttributeProto::UNDEFINED;
}

absl::StatusOr<Attribute> ReadValue(const AttributeProto& proto, TensorReader& tensors) {
  switch (TypeOf(proto)) {
    case AttributeProto::FLOAT:
      return Attribute(proto.f());
    case AttributeProto::INT:
      return Attribute(int64_t{proto.i()});
    case AttributeProto::STRING:
      return Attribute(proto.s());
    case AttributeProto::FLOATS:
      return Attribute(std::vector<float>(proto.floats().begin(), proto.floats().end()));
    case AttributeProto::INTS:
      return Attribute(std::vector<int64_t>(proto.ints().begin(), proto.ints().end()));
    case AttributeProto::STRINGS:
      return Attribute(std::vector<std::string>(proto.strings().begin(), proto.strings().end()));
    case AttributeProto::TENSOR: {
      if (!proto.has_t()) return absl::DataLossError("no tensor");
      absl::StatusOr<Constant> tensor = tensors.Read(proto.t());
      if (!tensor.ok()) return tensor.status();
      return Attribute(*std::move(tensor));
    }
    case AttributeProto::UNDEFINED:
      return absl::DataLossError("no value");
    default:
      return absl::UnimplementedError("subgraphs, sparse tensors and types are not supported");
  }
}

// Graphs are imported by themselves. The type that an empty optional could hold makes no
// difference.
bool IsRead(absl::string_view op, const AttributeProto& attribute) {
  const AttributeProto::AttributeType type = TypeOf(attribute);
  return type != AttributeProto::GRAPH && !(op == "Optional" && type == AttributeProto::TYPE_PROTO);
}

}  // namespace

bool IsDefaultDomain(absl::string_view domain) { return domain.empty() || domain == "ai.onnx"; }

std::string DescribeNode(int index, const onnx_format::NodeProto& node) {
  const std::string name = node.name().empty() ? "" : absl::StrCat(" ", Quoted(node.name()));
  return absl::StrCat("node #", index, name, " (", absl::CHexEscape(node.op_type().substr(0, 64)),
                      ")");
}

absl::StatusOr<OnnxNode> ReadNode(const onnx_format::NodeProto& proto, TensorReader& tensors) {
  OnnxNode node;
  node.op = proto.op_type();
  node.name = proto.name();
  if (!IsDefaultDomain(proto.domain())) node.domain = proto.domain();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  for (const AttributeProto& attribute : proto.attribute()) {
    if (!IsRead(node.op, attribute)) continue;
    const std::string subject =
        absl::StrCat("attribute ", Quoted(attribute.name()), " of ", node.op);
    if (!attribute.ref_attr_name().empty()) {
      return absl::DataLossError(absl::StrCat(subject, ": a reference, which only functions have"));
    }
    if (node.attributes.Has(attribute.name())) {
      return absl::DataLossError(absl::StrCat(subject, ": given twice"));
    }
    absl::StatusOr<Attribute> value = ReadValue(attribute, tensors);
    // Its message has a subject of its own, the type.
    if (absl::IsUnimplemented(value.status()) && attribute.has_t()) return value.status();
    if (!value.ok()) {
      return absl::Status(value.status().code(),
                          absl::StrCat(subject, ": ", value.status().message()));
    }
    node.attributes.Set(attribute.name(), *std::move(value));
  }
  return node;
}

}  // namespace kairos

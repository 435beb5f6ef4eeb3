#include "model/encode.h"

#include <algorithm>
#include <memory>
#include <type_traits>
#include <variant>

#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "model/format.h"

namespace kairos {
namespace {

// Bytes that the payload of an attribute takes, to be known before it is built: a FlatBuffer that
// grows too large stops the program.
struct PayloadBytes {
  size_t operator()(const std::string& s) const { return s.size(); }
  size_t operator()(const std::vector<int64_t>& v) const { return v.size() * sizeof(int64_t); }
  size_t operator()(const std::vector<float>& v) const { return v.size() * sizeof(float); }
  size_t operator()(const std::vector<std::string>& v) const {
    size_t bytes = 0;
    for (const std::string& s : v) bytes += s.size() + 16;
    return bytes;
  }
  template <typename Other>
  size_t operator()(const Other&) const {
    return 0;
  }
};

}  // namespace

absl::Status Encoder::Check(size_t more) const {
  if (longest_refused_ > 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("string of ", longest_refused_, " bytes is too long for a model file"));
  }
  const size_t used = builder_.GetSize();
  if (more <= kMaxStructureBytes && used <= kMaxStructureBytes - more) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("structure without weights passes ", kMaxStructureBytes, " bytes, the limit"));
}

flatbuffers::Offset<flatbuffers::String> Encoder::Name(const std::string& text) {
  return text.empty() ? builder_.CreateString("") : String(text);
}

flatbuffers::Offset<flatbuffers::String> Encoder::String(const std::string& text, size_t limit) {
  if (text.size() > limit) longest_refused_ = std::max(longest_refused_, text.size());
  if (text.empty() || text.size() > limit) return {};
  return builder_.CreateString(text);
}

flatbuffers::Offset<flatbuffers::Vector<uint8_t>> Encoder::Bytes(const std::string& bytes) {
  if (bytes.empty()) return {};
  return builder_.CreateVector(reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size());
}

absl::StatusOr<flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<fb::Property>>>>
Encoder::Properties(const std::vector<std::pair<std::string, std::string>>& properties) {
  std::vector<flatbuffers::Offset<fb::Property>> encoded;
  for (const auto& [key, value] : properties) {
    KAIROS_RETURN_IF_ERROR(Check(key.size() + value.size()));
    const auto key_offset = String(key);
    encoded.push_back(fb::CreateProperty(builder_, key_offset, String(value, kMaxPropertyBytes)));
  }
  KAIROS_RETURN_IF_ERROR(Check());
  return Vector(encoded);
}

absl::StatusOr<uint32_t> Encoder::AddConstant(const Constant& constant) {
  if (constant.type.dtype == DType::kString) {
    return absl::UnimplementedError("constants of string are not supported in model files");
  }
  KAIROS_ASSIGN_OR_RETURN(const size_t bytes,
                          CheckedByteCount(constant.type.dtype, constant.type.shape));
  if (constant.data == nullptr && bytes > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("constant ", constant.type.ToString(), " has no bytes"));
  }
  return segments_.Add(constant.data, bytes);
}

absl::StatusOr<flatbuffers::Offset<fb::TensorData>> Encoder::EncodeTensor(
    const Constant& constant) {
  KAIROS_ASSIGN_OR_RETURN(const uint32_t segment, AddConstant(constant));
  const auto shape = Vector(constant.type.shape);
  return fb::CreateTensorData(builder_, static_cast<uint8_t>(constant.type.dtype), shape, segment);
}

absl::StatusOr<flatbuffers::Offset<fb::Value>> Encoder::EncodeValue(const Value& value) {
  const auto name = Name(value.name);
  std::vector<flatbuffers::Offset<fb::Dim>> dims;
  if (value.dims.has_value()) {
    for (const Dim& dim : *value.dims) {
      dims.push_back(fb::CreateDim(builder_, dim.size, String(dim.symbol)));
    }
  }
  const auto dims_offset = Vector(dims);
  flatbuffers::Offset<fb::TensorData> constant;
  if (value.constant.has_value()) {
    KAIROS_ASSIGN_OR_RETURN(constant, EncodeTensor(*value.constant));
  }
  KAIROS_RETURN_IF_ERROR(Check());
  return fb::CreateValue(builder_, name, static_cast<uint8_t>(value.dtype), value.dims.has_value(),
                         dims_offset, constant, static_cast<fb::ValueKind>(value.kind));
}

absl::StatusOr<Encoder::AttributeOffset> Encoder::EncodeAttribute(const Attributes::Entry& entry) {
  const auto& [name, value] = entry;
  KAIROS_RETURN_IF_ERROR(Check(std::visit(PayloadBytes(), value)));
  const auto name_offset = Name(name);
  // The order of Attribute's alternatives is that of the numbers in the file.
  static_assert(
      std::is_same_v<std::variant_alternative_t<7, Attribute>, std::shared_ptr<const Graph>>);
  const auto kind = static_cast<fb::AttributeKind>(value.index());
  flatbuffers::Offset<flatbuffers::String> s;
  flatbuffers::Offset<flatbuffers::Vector<int64_t>> ints;
  flatbuffers::Offset<flatbuffers::Vector<float>> floats;
  flatbuffers::Offset<flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>> strings;
  flatbuffers::Offset<fb::TensorData> tensor;
  flatbuffers::Offset<fb::Graph> graph;
  if (const auto* text = std::get_if<std::string>(&value)) s = String(*text);
  if (const auto* list = std::get_if<std::vector<int64_t>>(&value)) ints = Vector(*list);
  if (const auto* list = std::get_if<std::vector<float>>(&value)) floats = Vector(*list);
  if (const auto* list = std::get_if<std::vector<std::string>>(&value)) {
    std::vector<flatbuffers::Offset<flatbuffers::String>> items;
    for (const std::string& item : *list) items.push_back(Name(item));
    strings = Vector(items);
  }
  if (const auto* constant = std::get_if<Constant>(&value)) {
    KAIROS_ASSIGN_OR_RETURN(tensor, EncodeTensor(*constant));
  }
  if (const auto* subgraph = std::get_if<std::shared_ptr<const Graph>>(&value)) {
    if (*subgraph == nullptr) return absl::InvalidArgumentError("attribute without its graph");
    KAIROS_ASSIGN_OR_RETURN(graph, EncodeGraph(**subgraph));
  }
  fb::AttributeBuilder attribute(builder_);
  attribute.add_name(name_offset);
  attribute.add_kind(kind);
  if (const auto* number = std::get_if<int64_t>(&value)) attribute.add_i(*number);
  if (const auto* number = std::get_if<float>(&value)) attribute.add_f(*number);
  attribute.add_s(s);
  attribute.add_ints(ints);
  attribute.add_floats(floats);
  attribute.add_strings(strings);
  attribute.add_tensor(tensor);
  attribute.add_graph(graph);
  return attribute.Finish();
}

absl::StatusOr<Encoder::AttributesOffset> Encoder::EncodeAttributes(const Attributes& attributes) {
  std::vector<AttributeOffset> encoded;
  for (const Attributes::Entry& entry : attributes.entries()) {
    absl::StatusOr<AttributeOffset> attribute = EncodeAttribute(entry);
    if (!attribute.ok()) {
      return Annotate(absl::StrCat("attribute '", Printable(entry.first), "'"), attribute.status());
    }
    encoded.push_back(*attribute);
  }
  return Vector(encoded);
}

absl::StatusOr<flatbuffers::Offset<fb::PostOp>> Encoder::EncodePostOp(const PostOp& post_op) {
  const auto op = Name(post_op.op);
  KAIROS_ASSIGN_OR_RETURN(const AttributesOffset attributes, EncodeAttributes(post_op.attributes));
  return fb::CreatePostOp(builder_, op, attributes, post_op.operand, post_op.operand_first);
}

absl::StatusOr<flatbuffers::Offset<fb::Node>> Encoder::EncodeNode(const Node& node) {
  KAIROS_RETURN_IF_ERROR(Check((node.inputs.size() + node.outputs.size()) * sizeof(ValueId)));
  const auto op = Name(node.op);
  const auto domain = String(node.domain);
  const auto name = String(node.name);
  const auto inputs = Vector(node.inputs);
  const auto outputs = Vector(node.outputs);
  KAIROS_ASSIGN_OR_RETURN(const AttributesOffset attributes, EncodeAttributes(node.attributes));
  std::vector<flatbuffers::Offset<fb::PostOp>> post_ops;
  for (const PostOp& post_op : node.post_ops) {
    KAIROS_ASSIGN_OR_RETURN(post_ops.emplace_back(), EncodePostOp(post_op));
  }
  KAIROS_RETURN_IF_ERROR(Check());
  return fb::CreateNode(builder_, op, domain, name, inputs, outputs, attributes, Vector(post_ops));
}

absl::StatusOr<flatbuffers::Offset<fb::Graph>> Encoder::EncodeGraph(const Graph& graph) {
  std::vector<flatbuffers::Offset<fb::Value>> values;
  for (const Value& value : graph.values) {
    absl::StatusOr<flatbuffers::Offset<fb::Value>> encoded = EncodeValue(value);
    if (!encoded.ok()) {
      return Annotate(absl::StrCat("value '", Printable(value.name), "'"), encoded.status());
    }
    values.push_back(*encoded);
  }
  std::vector<flatbuffers::Offset<fb::Node>> nodes;
  for (const Node& node : graph.nodes) {
    absl::StatusOr<flatbuffers::Offset<fb::Node>> encoded = EncodeNode(node);
    if (!encoded.ok()) {
      return Annotate(absl::StrCat("node '", Printable(node.name), "'"), encoded.status());
    }
    nodes.push_back(*encoded);
  }
  const auto name = String(graph.name);
  const auto values_offset = Vector(values);
  const auto nodes_offset = Vector(nodes);
  const auto inputs = Vector(graph.inputs);
  const auto outputs = Vector(graph.outputs);
  KAIROS_ASSIGN_OR_RETURN(const auto metadata, Properties(graph.metadata));
  return fb::CreateGraph(builder_, name, values_offset, nodes_offset, inputs, outputs, metadata);
}

}  // namespace kairos

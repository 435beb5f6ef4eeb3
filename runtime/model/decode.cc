#include "model/decode.h"

#include <memory>

#include "absl/strings/str_cat.h"

#include "base/printable.h"
#include "base/status_macros.h"
#include "graph/check_attributes.h"
#include "model/format.h"

namespace kairos {
namespace {

// So that the bound does not depend on the padding of a small file.
constexpr size_t kFreeBytes = size_t{1} << 20;

std::string Label(const char* kind, size_t index, const flatbuffers::String* name) {
  const absl::string_view view =
      name == nullptr ? absl::string_view() : absl::string_view(name->data(), name->size());
  return absl::StrCat(kind, " ", index, " '", Printable(view), "'");
}

}  // namespace

Decoder::Decoder(const SegmentTable& segments, size_t flatbuffer_bytes, Interrupt* interrupt)
    : segments_(segments),
      interrupt_(interrupt),
      budget_(uint64_t{flatbuffer_bytes} * kMaxExpansion + kFreeBytes) {}

absl::Status Decoder::Charge(size_t bytes) {
  if (bytes > budget_) {
    return absl::ResourceExhaustedError(
        absl::StrCat("decoded structure exceeds ", kMaxExpansion, " times its bytes in the file"));
  }
  budget_ -= bytes;
  return absl::OkStatus();
}

absl::Status Decoder::Copy(const flatbuffers::String* from, std::string* to, size_t limit) {
  to->clear();
  if (from == nullptr) return absl::OkStatus();
  if (from->size() > limit) {
    return absl::ResourceExhaustedError(
        absl::StrCat("string of ", from->size(), " bytes exceeds the limit ", limit));
  }
  KAIROS_RETURN_IF_ERROR(Charge(from->size()));
  to->assign(from->data(), from->size());
  return absl::OkStatus();
}

absl::Status Decoder::Copy(const flatbuffers::Vector<uint8_t>* from, std::string* to) {
  to->clear();
  if (from == nullptr) return absl::OkStatus();
  KAIROS_RETURN_IF_ERROR(Charge(from->size()));
  to->assign(reinterpret_cast<const char*>(from->data()), from->size());
  return absl::OkStatus();
}

absl::Status Decoder::Copy(
    const flatbuffers::Vector<flatbuffers::Offset<flatbuffers::String>>* from,
    std::vector<std::string>* to) {
  if (from == nullptr) return absl::OkStatus();
  KAIROS_RETURN_IF_ERROR(Charge(from->size() * sizeof(std::string)));
  to->resize(from->size());
  for (flatbuffers::uoffset_t i = 0; i < from->size(); ++i) {
    KAIROS_RETURN_IF_ERROR(Copy(from->Get(i), &(*to)[i]));
  }
  return absl::OkStatus();
}

absl::Status Decoder::CopyPresent(const flatbuffers::String* from, const char* field,
                                  std::string* to) {
  if (from == nullptr) return absl::DataLossError(absl::StrCat("no ", field));
  return Annotate(field, Copy(from, to));
}

absl::StatusOr<DType> Decoder::DecodeDType(uint8_t number) {
  const DType dtype = static_cast<DType>(number);
  const bool known = DTypeSize(dtype) > 0 || dtype == DType::kUndefined || dtype == DType::kString;
  if (!known) return absl::UnimplementedError(absl::StrCat(DTypeName(dtype), " is not known"));
  return dtype;
}

absl::StatusOr<Constant> Decoder::DecodeTensor(const fb::TensorData& tensor) {
  TensorType type;
  KAIROS_ASSIGN_OR_RETURN(type.dtype, DecodeDType(tensor.dtype()));
  if (type.dtype == DType::kString) {
    return absl::UnimplementedError("constants of string are not supported");
  }
  KAIROS_RETURN_IF_ERROR(Copy(tensor.shape(), &type.shape));
  return segments_.MakeConstant(std::move(type), tensor.segment());
}

absl::StatusOr<Value> Decoder::DecodeValue(const fb::Value& from) {
  KAIROS_RETURN_IF_ERROR(Charge(sizeof(Value)));
  Value value;
  KAIROS_RETURN_IF_ERROR(CopyPresent(from.name(), "name", &value.name));
  KAIROS_ASSIGN_OR_RETURN(value.dtype, DecodeDType(from.dtype()));
  if (from.ranked()) {
    std::vector<Dim>& dims = value.dims.emplace();
    const flatbuffers::uoffset_t rank = from.dims() == nullptr ? 0 : from.dims()->size();
    KAIROS_RETURN_IF_ERROR(Charge(rank * sizeof(Dim)));
    dims.resize(rank);
    for (flatbuffers::uoffset_t i = 0; i < rank; ++i) {
      const fb::Dim* dim = from.dims()->Get(i);
      dims[i].size = dim->size();
      KAIROS_RETURN_IF_ERROR(Copy(dim->symbol(), &dims[i].symbol));
    }
  }
  if (from.kind() > fb::ValueKind::MAX) {
    return absl::UnimplementedError(
        absl::StrCat("value kind ", static_cast<int>(from.kind()), " is not known"));
  }
  value.kind = static_cast<ValueKind>(from.kind());
  if (from.constant() != nullptr) {
    KAIROS_ASSIGN_OR_RETURN(value.constant, DecodeTensor(*from.constant()));
  }
  return value;
}

absl::StatusOr<Attribute> Decoder::DecodeSubgraph(const fb::Graph& graph) {
  if (depth_ >= kMaxSubgraphDepth) {
    return absl::ResourceExhaustedError(
        absl::StrCat("subgraph depth ", depth_ + 1, " exceeds the limit ", kMaxSubgraphDepth));
  }
  ++depth_;
  absl::StatusOr<Graph> decoded = DecodeGraph(graph);
  --depth_;
  if (!decoded.ok()) return decoded.status();
  return std::make_shared<const Graph>(*std::move(decoded));
}

absl::StatusOr<Attribute> Decoder::DecodeAttribute(const fb::Attribute& from) {
  const auto copied = [this](const auto* source, auto value) -> absl::StatusOr<Attribute> {
    KAIROS_RETURN_IF_ERROR(Copy(source, &value));
    return Attribute(std::move(value));
  };
  switch (from.kind()) {
    case fb::AttributeKind::Int:
      return Attribute(from.i());
    case fb::AttributeKind::Float:
      return Attribute(from.f());
    case fb::AttributeKind::String:
      return copied(from.s(), std::string());
    case fb::AttributeKind::Ints:
      return copied(from.ints(), std::vector<int64_t>());
    case fb::AttributeKind::Floats:
      return copied(from.floats(), std::vector<float>());
    case fb::AttributeKind::Strings:
      return copied(from.strings(), std::vector<std::string>());
    case fb::AttributeKind::Tensor:
      if (from.tensor() == nullptr) return absl::DataLossError("no tensor");
      return DecodeTensor(*from.tensor());
    case fb::AttributeKind::Graph:
      if (from.graph() == nullptr) return absl::DataLossError("no graph");
      return DecodeSubgraph(*from.graph());
  }
  return absl::UnimplementedError(
      absl::StrCat("attribute kind ", static_cast<int>(from.kind()), " is not known"));
}

absl::Status Decoder::DecodeAttributes(
    const flatbuffers::Vector<flatbuffers::Offset<fb::Attribute>>* from, Attributes* to) {
  if (from == nullptr) return absl::OkStatus();
  // Before ValidateGraph() says so: setting them takes time that grows with the square.
  if (from->size() > kMaxAttributes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("got ", from->size(), " attributes, expected at most ", kMaxAttributes));
  }
  KAIROS_RETURN_IF_ERROR(Charge(from->size() * sizeof(Attributes::Entry)));
  for (flatbuffers::uoffset_t i = 0; i < from->size(); ++i) {
    const fb::Attribute* attribute = from->Get(i);
    std::string name;
    KAIROS_RETURN_IF_ERROR(
        Annotate(absl::StrCat("attribute ", i), CopyPresent(attribute->name(), "name", &name)));
    if (to->Has(name)) {
      return absl::DataLossError(
          absl::StrCat(Label("attribute", i, attribute->name()), ": given twice"));
    }
    absl::StatusOr<Attribute> value = DecodeAttribute(*attribute);
    if (!value.ok()) return Annotate(Label("attribute", i, attribute->name()), value.status());
    to->Set(name, *std::move(value));
  }
  return absl::OkStatus();
}

absl::StatusOr<PostOp> Decoder::DecodePostOp(const fb::PostOp& from) {
  KAIROS_RETURN_IF_ERROR(Charge(sizeof(PostOp)));
  PostOp post_op;
  KAIROS_RETURN_IF_ERROR(CopyPresent(from.op(), "op", &post_op.op));
  KAIROS_RETURN_IF_ERROR(DecodeAttributes(from.attributes(), &post_op.attributes));
  post_op.operand = from.operand();
  post_op.operand_first = from.operand_first();
  return post_op;
}

absl::StatusOr<Node> Decoder::DecodeNode(const fb::Node& from) {
  if (interrupt_ != nullptr) KAIROS_RETURN_IF_ERROR(interrupt_->Ask());
  KAIROS_RETURN_IF_ERROR(Charge(sizeof(Node)));
  Node node;
  KAIROS_RETURN_IF_ERROR(CopyPresent(from.op(), "op", &node.op));
  KAIROS_RETURN_IF_ERROR(Copy(from.domain(), &node.domain));
  KAIROS_RETURN_IF_ERROR(Copy(from.name(), &node.name));
  KAIROS_RETURN_IF_ERROR(Copy(from.inputs(), &node.inputs));
  KAIROS_RETURN_IF_ERROR(Copy(from.outputs(), &node.outputs));
  KAIROS_RETURN_IF_ERROR(DecodeAttributes(from.attributes(), &node.attributes));
  const flatbuffers::uoffset_t count = from.post_ops() == nullptr ? 0 : from.post_ops()->size();
  for (flatbuffers::uoffset_t i = 0; i < count; ++i) {
    const fb::PostOp* post_op = from.post_ops()->Get(i);
    absl::StatusOr<PostOp> decoded = DecodePostOp(*post_op);
    if (!decoded.ok()) return Annotate(absl::StrCat("post-op ", i), decoded.status());
    node.post_ops.push_back(*std::move(decoded));
  }
  return node;
}

absl::Status Decoder::DecodeProperties(
    const flatbuffers::Vector<flatbuffers::Offset<fb::Property>>* from,
    std::vector<std::pair<std::string, std::string>>* to) {
  if (from == nullptr) return absl::OkStatus();
  KAIROS_RETURN_IF_ERROR(Charge(from->size() * sizeof((*to)[0])));
  to->resize(from->size());
  for (flatbuffers::uoffset_t i = 0; i < from->size(); ++i) {
    const fb::Property& property = *from->Get(i);
    KAIROS_RETURN_IF_ERROR(Copy(property.key(), &(*to)[i].first));
    KAIROS_RETURN_IF_ERROR(Copy(property.value(), &(*to)[i].second, kMaxPropertyBytes));
  }
  return absl::OkStatus();
}

absl::StatusOr<Graph> Decoder::DecodeGraph(const fb::Graph& from) {
  Graph graph;
  KAIROS_RETURN_IF_ERROR(Annotate("graph name", Copy(from.name(), &graph.name)));
  const flatbuffers::uoffset_t values = from.values() == nullptr ? 0 : from.values()->size();
  for (flatbuffers::uoffset_t i = 0; i < values; ++i) {
    const fb::Value* value = from.values()->Get(i);
    absl::StatusOr<Value> decoded = DecodeValue(*value);
    if (!decoded.ok()) return Annotate(Label("value", i, value->name()), decoded.status());
    graph.values.push_back(*std::move(decoded));
  }
  const flatbuffers::uoffset_t nodes = from.nodes() == nullptr ? 0 : from.nodes()->size();
  for (flatbuffers::uoffset_t i = 0; i < nodes; ++i) {
    const fb::Node* node = from.nodes()->Get(i);
    absl::StatusOr<Node> decoded = DecodeNode(*node);
    if (!decoded.ok()) return Annotate(Label("node", i, node->name()), decoded.status());
    graph.nodes.push_back(*std::move(decoded));
  }
  KAIROS_RETURN_IF_ERROR(Copy(from.inputs(), &graph.inputs));
  KAIROS_RETURN_IF_ERROR(Copy(from.outputs(), &graph.outputs));
  KAIROS_RETURN_IF_ERROR(Annotate("metadata", DecodeProperties(from.metadata(), &graph.metadata)));
  return graph;
}

}  // namespace kairos

// Builds ONNX models in memory for tests:
//
//   ModelProtoBuilder m(/*opset=*/11);
//   m.Input("x", {1, 3, -1}).Floats("w", {3}, {1, 2, 3});
//   m.Node("Add", {"x", "w"}, {"y"}, {{"axis", 1}});
//   m.Output("y");
//   absl::StatusOr<Graph> graph = m.Import();
#ifndef KAIROS_TESTS_UNIT_IMPORTER_MODEL_PROTO_H_
#define KAIROS_TESTS_UNIT_IMPORTER_MODEL_PROTO_H_

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

#include "rtconvert/importer.h"
#include "rtconvert/onnx.pb.h"

namespace kairos::testing {

using onnx_format::AttributeProto;
using onnx_format::ModelProto;
using onnx_format::NodeProto;
using onnx_format::TensorProto;

using AttributeValue = std::variant<int, float, std::string, std::vector<int64_t>,
                                    std::vector<float>, std::vector<std::string>>;
using AttributeList = std::vector<std::pair<std::string, AttributeValue>>;

inline void FillAttribute(const AttributeValue& value, AttributeProto* proto) {
  if (const auto* i = std::get_if<int>(&value)) {
    proto->set_type(AttributeProto::INT);
    proto->set_i(*i);
  } else if (const auto* f = std::get_if<float>(&value)) {
    proto->set_type(AttributeProto::FLOAT);
    proto->set_f(*f);
  } else if (const auto* s = std::get_if<std::string>(&value)) {
    proto->set_type(AttributeProto::STRING);
    proto->set_s(*s);
  } else if (const auto* ints = std::get_if<std::vector<int64_t>>(&value)) {
    proto->set_type(AttributeProto::INTS);
    for (int64_t element : *ints) proto->add_ints(element);
  } else if (const auto* floats = std::get_if<std::vector<float>>(&value)) {
    proto->set_type(AttributeProto::FLOATS);
    for (float element : *floats) proto->add_floats(element);
  } else if (const auto* strings = std::get_if<std::vector<std::string>>(&value)) {
    proto->set_type(AttributeProto::STRINGS);
    for (const std::string& element : *strings) proto->add_strings(element);
  }
}

class ModelProtoBuilder {
 public:
  explicit ModelProtoBuilder(int opset, int ir_version = 8)
      : model_(std::make_shared<ModelProto>()) {
    model_->set_ir_version(ir_version);
    model_->add_opset_import()->set_version(opset);
    graph().set_name("test");
  }

  ModelProto& model() { return *model_; }
  onnx_format::GraphProto& graph() { return *model_->mutable_graph(); }

  // -1: a size nobody knows.
  ModelProtoBuilder& Input(const std::string& name, const std::vector<int64_t>& dims,
                           TensorProto::DataType type = TensorProto::FLOAT) {
    auto& tensor = *graph().add_input();
    tensor.set_name(name);
    tensor.mutable_type()->mutable_tensor_type()->set_elem_type(type);
    auto& shape = *tensor.mutable_type()->mutable_tensor_type()->mutable_shape();
    for (int64_t dim : dims) {
      auto& added = *shape.add_dim();
      if (dim >= 0) added.set_dim_value(dim);
    }
    return *this;
  }
  ModelProtoBuilder& Output(const std::string& name) {
    graph().add_output()->set_name(name);
    return *this;
  }
  NodeProto& Node(const std::string& op, const std::vector<std::string>& inputs,
                  const std::vector<std::string>& outputs, const AttributeList& attributes = {},
                  const std::string& name = "") {
    NodeProto& node = *graph().add_node();
    node.set_op_type(op);
    if (!name.empty()) node.set_name(name);
    for (const std::string& input : inputs) node.add_input(input);
    for (const std::string& output : outputs) node.add_output(output);
    for (const auto& [key, value] : attributes) {
      AttributeProto& attribute = *node.add_attribute();
      attribute.set_name(key);
      FillAttribute(value, &attribute);
    }
    return node;
  }
  TensorProto& Initializer(const std::string& name, TensorProto::DataType type,
                           const std::vector<int64_t>& dims) {
    TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (int64_t dim : dims) tensor.add_dims(dim);
    return tensor;
  }
  ModelProtoBuilder& Floats(const std::string& name, const std::vector<int64_t>& dims,
                            const std::vector<float>& values) {
    TensorProto& tensor = Initializer(name, TensorProto::FLOAT, dims);
    for (float value : values) tensor.add_float_data(value);
    return *this;
  }
  ModelProtoBuilder& Int64s(const std::string& name, const std::vector<int64_t>& dims,
                            const std::vector<int64_t>& values) {
    TensorProto& tensor = Initializer(name, TensorProto::INT64, dims);
    for (int64_t value : values) tensor.add_int64_data(value);
    return *this;
  }

  absl::StatusOr<Graph> Import(const ImportOptions& options = {},
                               std::vector<std::string>* problems = nullptr,
                               const std::string& directory = "") const {
    return ImportOnnxModel(model_, directory, options, problems);
  }

 private:
  std::shared_ptr<ModelProto> model_;
};

// Elements of an int64 or float constant.
template <typename T>
std::vector<T> Elements(const Constant& constant) {
  const T* data = static_cast<const T*>(constant.data);
  return std::vector<T>(data, data + constant.type.element_count());
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_IMPORTER_MODEL_PROTO_H_

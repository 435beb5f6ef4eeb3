// Builds small graphs for tests, a call per value:
//
//   GraphBuilder b;
//   ValueId x = b.Input("x", DType::kFloat32, {-1, 3, 8, 8});   // -1: size not known
//   ValueId w = b.Random<float>("w", {4, 3, 3, 3}, /*seed=*/1);
//   ValueId y = b.Add("Conv", {x, w}, {{"pads", Ints{1, 1, 1, 1}}});
//   b.Output(y);
//   Graph g = b.Build();
//
// Nodes are named "Conv_0", "Relu_1" ... unless a name is given; output i of node N is "N:i".
#ifndef KAIROS_TESTS_SUPPORT_GRAPH_BUILDER_H_
#define KAIROS_TESTS_SUPPORT_GRAPH_BUILDER_H_

#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <new>
#include <random>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "kairos/graph.h"

namespace kairos::testing {

using Ints = std::vector<int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;
using AttributeList = std::initializer_list<std::pair<const char*, Attribute>>;

template <typename T>
constexpr DType DTypeOf() {
  if constexpr (std::is_same_v<T, float>) return DType::kFloat32;
  if constexpr (std::is_same_v<T, double>) return DType::kFloat64;
  if constexpr (std::is_same_v<T, bool>) return DType::kBool;
  if constexpr (std::is_same_v<T, int8_t>) return DType::kInt8;
  if constexpr (std::is_same_v<T, uint8_t>) return DType::kUint8;
  if constexpr (std::is_same_v<T, int16_t>) return DType::kInt16;
  if constexpr (std::is_same_v<T, uint16_t>) return DType::kUint16;
  if constexpr (std::is_same_v<T, int32_t>) return DType::kInt32;
  if constexpr (std::is_same_v<T, uint32_t>) return DType::kUint32;
  if constexpr (std::is_same_v<T, int64_t>) return DType::kInt64;
  if constexpr (std::is_same_v<T, uint64_t>) return DType::kUint64;
  return DType::kUndefined;
}

// A copy of `bytes` in memory of its own, 64-byte aligned.
inline Constant MakeConstant(DType dtype, Shape shape, const void* data, size_t bytes) {
  constexpr std::align_val_t kAlignment{64};
  void* memory = ::operator new(bytes == 0 ? 1 : bytes, kAlignment);
  if (bytes > 0) std::memcpy(memory, data, bytes);
  std::shared_ptr<const void> owner(
      memory, [](const void* p) { ::operator delete(const_cast<void*>(p), kAlignment); });
  return {TensorType{dtype, std::move(shape), Layout::kPlain}, memory, std::move(owner)};
}

// `values` in row-major order; the caller matches their number to the shape.
template <typename T>
Constant MakeConstant(const std::vector<int64_t>& shape, const std::vector<T>& values) {
  // Not values.data(): vector<bool> has none.
  std::unique_ptr<T[]> copy(new T[values.size()]);
  for (size_t i = 0; i < values.size(); ++i) copy[i] = values[i];
  return MakeConstant(DTypeOf<T>(), Shape(shape.begin(), shape.end()), copy.get(),
                      values.size() * sizeof(T));
}

class GraphBuilder {
 public:
  explicit GraphBuilder(std::string name = "test") { graph_.name = std::move(name); }

  ValueId Input(const std::string& name, DType dtype, const std::vector<int64_t>& sizes) {
    std::vector<Dim> dims;
    for (int64_t size : sizes) dims.push_back({size, ""});
    return InputDims(name, dtype, std::move(dims));
  }
  // With symbols: b.InputDims("x", DType::kFloat32, {Dim{-1, "batch"}, Dim{3, ""}}).
  ValueId InputDims(const std::string& name, DType dtype, std::vector<Dim> dims) {
    const ValueId id = NewValue(name, dtype);
    graph_.value(id).dims = std::move(dims);
    graph_.inputs.push_back(id);
    return id;
  }
  ValueId UnrankedInput(const std::string& name, DType dtype) {
    graph_.inputs.push_back(NewValue(name, dtype));
    return graph_.inputs.back();
  }

  ValueId AddConstant(const std::string& name, kairos::Constant constant) {
    const ValueId id = NewValue(name, constant.type.dtype);
    std::vector<Dim>& dims = graph_.value(id).dims.emplace();
    for (int64_t size : constant.type.shape) dims.push_back({size, ""});
    graph_.value(id).constant = std::move(constant);
    return id;
  }
  template <typename T>
  ValueId Constant(const std::string& name, const std::vector<int64_t>& shape,
                   const std::vector<T>& values) {
    return AddConstant(name, MakeConstant<T>(shape, values));
  }
  template <typename T>
  ValueId Scalar(const std::string& name, T value) {
    return Constant<T>(name, {}, {value});
  }
  // Floats in [-1, 1), integers in [0, 8), the same for the same seed.
  template <typename T>
  ValueId Random(const std::string& name, const std::vector<int64_t>& shape, uint32_t seed) {
    size_t count = 1;
    for (int64_t size : shape) count *= static_cast<size_t>(size);
    std::vector<T> values(count);
    std::minstd_rand engine(seed + 1);
    for (size_t i = 0; i < count; ++i) {
      const auto bits = static_cast<uint32_t>(engine() >> 7);
      if constexpr (std::is_floating_point_v<T>) {
        values[i] = static_cast<T>(bits % 65536) / T{32768} - T{1};
      } else {
        values[i] = static_cast<T>(bits % 8);
      }
    }
    return Constant<T>(name, shape, values);
  }

  // A node with one output; kNoValue stands for an absent input. "domain.Op" is split at the dot.
  ValueId Add(const std::string& op, const std::vector<ValueId>& inputs,
              AttributeList attributes = {}, const std::string& name = "") {
    return AddNode(op, inputs, 1, attributes, name)[0];
  }
  std::vector<ValueId> AddNode(const std::string& op, const std::vector<ValueId>& inputs,
                               int output_count, AttributeList attributes = {},
                               const std::string& name = "") {
    Node node;
    const size_t dot = op.find('.');
    if (dot != std::string::npos) node.domain = op.substr(0, dot);
    node.op = op.substr(dot == std::string::npos ? 0 : dot + 1);
    node.name = name.empty() ? node.op + "_" + std::to_string(graph_.nodes.size()) : name;
    node.inputs = inputs;
    for (const auto& [key, value] : attributes) node.attributes.Set(key, value);
    for (int i = 0; i < output_count; ++i) {
      node.outputs.push_back(NewValue(node.name + ":" + std::to_string(i), DType::kUndefined));
    }
    std::vector<ValueId> outputs = node.outputs;
    graph_.nodes.push_back(std::move(node));
    return outputs;
  }
  // Fuses `op` into the node added last; a binary one takes `operand` as its other operand.
  GraphBuilder& PostOp(const std::string& op, AttributeList attributes = {},
                       ValueId operand = kNoValue) {
    Node& node = last_node();
    kairos::PostOp post_op;
    post_op.op = op;
    for (const auto& [key, value] : attributes) post_op.attributes.Set(key, value);
    if (operand != kNoValue) {
      post_op.operand = static_cast<int>(node.inputs.size());
      node.inputs.push_back(operand);
    }
    node.post_ops.push_back(std::move(post_op));
    return *this;
  }

  void Rename(ValueId id, const std::string& name) { graph_.value(id).name = name; }
  void Output(ValueId id) { graph_.outputs.push_back(id); }
  void Output(ValueId id, const std::string& name) {
    Rename(id, name);
    Output(id);
  }

  Node& last_node() { return graph_.nodes.back(); }
  Graph& graph() { return graph_; }
  // The graph so far, not validated; constants are shared with the builder.
  Graph Build() const { return graph_; }
  // For attributes that hold a graph (If, Loop).
  std::shared_ptr<const Graph> BuildShared() const { return std::make_shared<const Graph>(graph_); }

 private:
  ValueId NewValue(const std::string& name, DType dtype) {
    Value value;
    value.name = name;
    value.dtype = dtype;
    graph_.values.push_back(std::move(value));
    return static_cast<ValueId>(graph_.values.size()) - 1;
  }
  Graph graph_;
};

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_GRAPH_BUILDER_H_

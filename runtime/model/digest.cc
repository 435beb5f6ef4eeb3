#include "model/digest.h"

#include <cstring>
#include <memory>

#include "base/hash.h"

namespace kairos {
namespace {

using HashOf = absl::FunctionRef<uint64_t(const Constant&)>;

// Adds each kind of thing with the counts and tags that make its end and its type unambiguous.
class Digester {
 public:
  explicit Digester(HashOf hash_of) : hash_of_(hash_of) {}

  void Add(const Graph& graph) {
    hasher_.Add(graph.values.size());
    for (const Value& value : graph.values) Add(value);
    hasher_.Add(graph.nodes.size());
    for (const Node& node : graph.nodes) Add(node);
    Add(graph.inputs);
    Add(graph.outputs);
  }
  uint64_t Finish() const { return hasher_.Finish(); }

 private:
  void Add(int64_t number) { hasher_.Add(static_cast<uint64_t>(number)); }
  void Add(const std::string& text) { hasher_.Add(text); }
  void Add(float number) {
    uint32_t bits;
    std::memcpy(&bits, &number, sizeof(bits));
    hasher_.Add(uint64_t{bits});
  }
  template <typename T>
  void Add(const std::vector<T>& items) {
    hasher_.Add(items.size());
    for (const T& item : items) Add(item);
  }
  void Add(ValueId id) { Add(int64_t{id}); }
  void Add(const Constant& constant) {
    Add(static_cast<int64_t>(constant.type.dtype));
    hasher_.Add(constant.type.shape.size());
    for (int64_t dim : constant.type.shape) Add(dim);
    hasher_.Add(hash_of_(constant));
  }
  void Add(const std::shared_ptr<const Graph>& graph) {
    Add(int64_t{graph != nullptr});
    if (graph != nullptr) Add(*graph);
  }
  void Add(const Value& value) {
    Add(value.name);
    Add(static_cast<int64_t>(value.dtype));
    Add(value.dims.has_value() ? static_cast<int64_t>(value.dims->size()) : int64_t{-1});
    if (value.dims.has_value()) {
      for (const Dim& dim : *value.dims) {
        Add(dim.size);
        Add(dim.symbol);
      }
    }
    if (value.kind != ValueKind::kTensor) Add(static_cast<int64_t>(value.kind));
    Add(int64_t{value.constant.has_value()});
    if (value.constant.has_value()) Add(*value.constant);
  }
  void Add(const Attributes& attributes) {
    hasher_.Add(attributes.entries().size());
    for (const auto& [name, value] : attributes.entries()) {
      Add(name);
      hasher_.Add(value.index());
      std::visit([this](const auto& payload) { Add(payload); }, value);
    }
  }
  void Add(const PostOp& post_op) {
    Add(post_op.op);
    Add(post_op.attributes);
    Add(int64_t{post_op.operand});
    Add(int64_t{post_op.operand_first});
  }
  void Add(const Node& node) {
    Add(node.op);
    Add(node.domain);
    Add(node.name);
    Add(node.inputs);
    Add(node.outputs);
    Add(node.attributes);
    Add(node.post_ops);
  }

  Hasher hasher_;
  HashOf hash_of_;
};

}  // namespace

uint64_t GraphDigest(const Graph& graph, HashOf hash_of) {
  Digester digester(hash_of);
  digester.Add(graph);
  return digester.Finish();
}

}  // namespace kairos

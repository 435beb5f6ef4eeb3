// The graph: nodes with ONNX's operator names and semantics at opset kOpset, over values in single
// assignment form. Passes rewrite it; a loaded Model holds it immutable.
//
// Invariants (ValidateGraph checks them): nodes are in topological order; every value has at most
// one producer (a node, the graph's inputs, or a constant); names are unique; indices are in range.
//
// Graphs that are attributes (the bodies of If, Loop, Scan and SequenceMap) see no values but their
// own. What ONNX lets them capture from outside is passed: it stands behind the node's inputs of
// ONNX, and behind the body's in the same order. Loop, Scan and SequenceMap count such inputs in
// their attribute "captures"; those of If are all but the condition.
#ifndef KAIROS_GRAPH_H_
#define KAIROS_GRAPH_H_

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kairos/attribute.h"
#include "kairos/tensor.h"

namespace kairos {

// The opset of ONNX's default domain whose semantics nodes have. Importers rewrite older forms.
inline constexpr int kOpset = 22;
// The domain of operators that exist only here, such as "Reorder" (a change of memory layout).
inline constexpr char kKairosDomain[] = "kairos";

using ValueId = int32_t;              // index into Graph::values
inline constexpr ValueId kNoValue = -1;  // an optional input or output that is absent

// A dimension as declared: a size, or unknown (-1) with or without a name.
struct Dim {
  int64_t size = -1;
  std::string symbol;
  friend bool operator==(const Dim&, const Dim&) = default;
};

// What a value may be; see any_value.h.
enum class ValueKind : uint8_t {
  kTensor = 0,
  kSequence = 1,  // of tensors
  kOptional = 2,  // a tensor, a sequence or nothing
};

struct Value {
  std::string name;
  DType dtype = DType::kUndefined;          // kUndefined: not declared, inferred when run
  std::optional<std::vector<Dim>> dims;     // absent: rank not declared
  std::optional<Constant> constant;         // set for weights and folded values
  // Declared for inputs of graphs; `dtype` and `dims` are of the tensors in it.
  ValueKind kind = ValueKind::kTensor;
};

// An operator applied in place to the result of the node it is fused into.
struct PostOp {
  std::string op;         // unary: "Relu", "Clip", "HardSwish" ...; binary: "Add", "Mul", ...
  Attributes attributes;  // of `op`; Clip's bounds are the float attributes "min" and "max"
  int operand = -1;       // binary: index into Node::inputs of the other operand; else -1
  bool operand_first = false;  // binary: true computes op(operand, result), else op(result, operand)
};

struct Node {
  std::string op;
  std::string domain;  // "" is ONNX's default domain
  std::string name;    // unique in its graph; for messages, plans and taps
  std::vector<ValueId> inputs;   // the op's own inputs, then the operands of post_ops
  std::vector<ValueId> outputs;
  Attributes attributes;
  std::vector<PostOp> post_ops;  // applied to output 0, in order

  // How many of `inputs` belong to the op itself.
  size_t base_input_count() const;
};

struct Graph {
  std::string name;
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::vector<ValueId> inputs;
  std::vector<ValueId> outputs;
  std::vector<std::pair<std::string, std::string>> metadata;

  const Value& value(ValueId id) const { return values[static_cast<size_t>(id)]; }
  Value& value(ValueId id) { return values[static_cast<size_t>(id)]; }
};

// Checks the invariants, the op table (known ops, arity, attribute types and ranges) and limits.
// kDataLoss names the offending node or value; kUnimplemented names every unknown op at once.
absl::Status ValidateGraph(const Graph& graph);

// Names of the operators of the op table, sorted; those of kKairosDomain as "kairos.NAME".
std::vector<std::string> SupportedOps();

}  // namespace kairos

#endif  // KAIROS_GRAPH_H_

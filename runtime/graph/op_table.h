// The operator table: one row per operator with its arity, attributes, shape function and the few
// facts that passes and the executor need. Adding an operator means a row here, a shape function,
// a reference kernel and a conformance file.
#ifndef KAIROS_RUNTIME_GRAPH_OP_TABLE_H_
#define KAIROS_RUNTIME_GRAPH_OP_TABLE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/graph.h"
#include "kairos/kernel.h"
#include "kairos/tensor.h"

namespace kairos {

enum class AttributeType : uint8_t {
  kInt,
  kFloat,
  kString,
  kInts,
  kFloats,
  kStrings,
  kTensor,
  kGraph,
  kDType,  // an int that names an element type of fixed size
};

struct AttributeSpec {
  absl::string_view name;
  AttributeType type;
  bool required = false;
  int64_t min_int = INT64_MIN;  // for kInt and each of kInts
  int64_t max_int = INT64_MAX;
  absl::string_view choices = "";  // for kString: "a|b|c"; "" allows any
  bool nan_allowed = false;        // for kFloat and kFloats
};

// How an operator meets a channels-last activation.
enum class LayoutClass : uint8_t {
  kPlainOnly,    // sees plain tensors only (MatMul, Gather, Transpose, Reshape ...)
  kSpatial,      // rank 3 to 5 with input 0 and output 0 in [N, C, D...]; runs best channels-last
  kElementwise,  // takes either, all full-rank operands and the output in the same layout
};

// Who runs an operator.
enum class OpKind : uint8_t {
  kKernel,   // a backend's kernel; output types follow from the row's shape function
  kHost,     // the executor: outputs have shapes that depend on data, or are no tensors
  kControl,  // the executor, by running the graphs among the node's attributes
};

struct ShapeContext;
using ShapeFunction = absl::Status (*)(ShapeContext& context);

struct OpInfo {
  absl::string_view domain = "";
  absl::string_view op;
  int min_inputs = 1, max_inputs = 1;  // max -1: any number; those below min must be present
  int min_outputs = 1, max_outputs = 1;
  absl::string_view input_types;  // a letter per input, the last for all further ones; dtype_rule.h
  ShapeFunction shape_function = nullptr;
  absl::Span<const AttributeSpec> attributes = {};
  uint32_t shape_inputs = 0;  // bit i: input i's values decide output shapes (must be known)
  uint32_t value_inputs = 0;  // bit i: kernels are made for input i's values when those are known
  LayoutClass layout = LayoutClass::kPlainOnly;
  bool is_view = false;            // output 0 has the bytes of input 0 (plain layouts)
  bool is_random = false;          // never folded, never shared
  bool needs_only_shapes = false;  // Shape, Size: output known from the input's type alone
  OpKind kind = OpKind::kKernel;   // the others have neither shape function nor input types
};

// Null when there is no such operator. The table is constant and sorted by domain and name.
const OpInfo* FindOp(absl::string_view domain, absl::string_view op);
absl::Span<const OpInfo> AllOps();

// Whether the node, which is valid, only gives the bytes of its first input another type.
bool IsView(const Node& node);

// What a shape function sees and fills in. Arity, attributes, dtypes of inputs and their sizes have
// been checked against the row, and the outputs will be checked against the limits.
struct ShapeContext {
  const Node& node;
  absl::Span<const Operand> inputs;  // base inputs only; `data` set where known
  std::vector<TensorType>& outputs;  // sized as node.outputs; plain layout
};

// Output types of `node` for these input types (and values where known). `inputs` are as
// node.inputs, or the base inputs alone; then the operands of post-ops go unchecked. Safe for any
// node, validated or not. The message of a failure has no node name in it: the caller knows that.
// kFailedPrecondition when a value that decides the shape is not known; kInvalidArgument when the
// inputs or the node do not fit the operator; kResourceExhausted when a tensor would pass the
// limits; kUnimplemented for an unknown operator or element type, and for one that no kernel runs.
absl::Status InferTypes(const Node& node, absl::Span<const Operand> inputs,
                        std::vector<TensorType>* outputs);

// "node 'layer2.conv1' (Conv)"
std::string NodeLabel(const Node& node);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_OP_TABLE_H_

// What an Array holds, and what carries out the operators on it.
#ifndef KAIROS_RUNTIME_TRACE_ARRAY_IMPL_H_
#define KAIROS_RUNTIME_TRACE_ARRAY_IMPL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "kairos/array.h"
#include "kairos/graph.h"
#include "kairos/kernel.h"

namespace kairos {

class Evaluator {
 public:
  virtual ~Evaluator() = default;
  // Whether the values it makes have no elements, but a place in a graph.
  virtual bool is_tracing() const = 0;
  // Carries out `node`, whose name and ids are for the callee to set. No input is in error.
  virtual absl::StatusOr<std::vector<Array>> Apply(Node node, absl::Span<const Array> inputs,
                                                   int output_count) = 0;
  // The program has looked at a size of one of its values.
  virtual void NoteRead(const Array::Impl&, int /*axis*/) {}
  virtual void Rename(const Array::Impl&, absl::string_view /*name*/) {}
};

struct Array::Impl {
  absl::Status status;  // of an Array in error, which has nothing else
  TensorType type;      // in a trace: at the sizes of the sample
  Constant constant;    // null data: traced, and not known at the sizes of the sample
  std::string name;     // of a constant; may be empty
  std::shared_ptr<Evaluator> evaluator;  // null: a constant that is bound to nothing
  ValueId id = kNoValue;                 // in the graph of a tracing evaluator

  bool is_traced() const { return id != kNoValue; }
};

// Inputs of a node as the op table sees them; bytes of those that are known.
std::vector<Operand> OperandsOf(absl::Span<const Array> inputs);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_TRACE_ARRAY_IMPL_H_

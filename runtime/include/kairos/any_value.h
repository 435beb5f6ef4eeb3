// What a value of a graph can be: a tensor, a sequence of tensors, or, where ONNX has an optional,
// nothing. An optional that holds something is that thing itself.
#ifndef KAIROS_ANY_VALUE_H_
#define KAIROS_ANY_VALUE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "kairos/attribute.h"
#include "kairos/tensor.h"

namespace kairos {

// Immutable and cheap to copy: tensors are shared. A Constant without an owner borrows its memory,
// which then must live as long as the value.
//
// A tensor of DType::kString has `data` point to as many objects of std::string as it has elements.
struct AnyValue {
  enum class Kind : uint8_t { kNone, kTensor, kSequence };

  AnyValue() = default;
  AnyValue(Constant tensor_in) : kind(Kind::kTensor), tensor(std::move(tensor_in)) {}
  AnyValue(std::vector<Constant> sequence_in)
      : kind(Kind::kSequence), sequence(std::move(sequence_in)) {}
  // Borrows.
  static AnyValue Of(const TensorView& view) {
    return Constant{{view.dtype, Shape(view.shape.begin(), view.shape.end())}, view.data, nullptr};
  }

  bool is_tensor() const { return kind == Kind::kTensor; }
  bool is_sequence() const { return kind == Kind::kSequence; }
  bool is_none() const { return kind == Kind::kNone; }
  // "float32[2,3]", "sequence of 3 tensors", "nothing"
  std::string ToString() const;

  Kind kind = Kind::kNone;
  Constant tensor;                 // kTensor
  std::vector<Constant> sequence;  // kSequence
};

}  // namespace kairos

#endif  // KAIROS_ANY_VALUE_H_

// The element types that an operator's inputs may have, written as a letter per input:
//
//   F float16 float32 float64 bfloat16     N all numbers          A any type of fixed size
//   D F and int32                          S F and signed ints    I integers
//   M F, (u)int32 and (u)int64             P F, int32, int64      U unsigned integers
//   Q F, int8 and uint8                    V float32              Z (u)int8, (u)int16
//   K Z and int32                          X int32, int64         L int64          B bool
//   R float32, float64, int16, int32, int64                       J int32         W float32,
//   float64 E int8, uint8            G the same, for a second group of inputs               H F but
//   float64
//
// Inputs with the same capital letter must have the same type; those with a small letter are each
// for themselves. The last letter stands for all further inputs. The sets are those of ONNX.
#ifndef KAIROS_RUNTIME_GRAPH_DTYPE_RULE_H_
#define KAIROS_RUNTIME_GRAPH_DTYPE_RULE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

#include "kairos/kernel.h"
#include "kairos/tensor.h"

namespace kairos {

// False also for a letter that is none.
bool DTypeFits(char letter, DType dtype);
// "int32 or int64"
absl::string_view DTypesOf(char letter);

// kInvalidArgument names the first input that breaks the rule.
absl::Status CheckInputDTypes(absl::string_view rule, absl::Span<const Operand> inputs);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_GRAPH_DTYPE_RULE_H_

// Integers that an operator takes by value, as tensors of int32 or int64.
#ifndef KAIROS_BACKENDS_ONEDNN_OWN_KNOWN_INTS_H_
#define KAIROS_BACKENDS_ONEDNN_OWN_KNOWN_INTS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "onednn/own/own_kernel.h"

namespace kairos::onednn::own {

// The values of base input `index`; kUnimplemented when they are not known yet.
inline absl::StatusOr<Shape> KnownInts(const KernelRequest& request, size_t index) {
  const Operand& operand = request.inputs[index];
  if (operand.data == nullptr) {
    return Refuse(request, "the values of input ", index, " are not known");
  }
  Shape values;
  for (int64_t i = 0; i < operand.type.element_count(); ++i) {
    if (operand.type.dtype == DType::kInt64) {
      values.push_back(static_cast<const int64_t*>(operand.data)[i]);
    } else if (operand.type.dtype == DType::kInt32) {
      values.push_back(static_cast<const int32_t*>(operand.data)[i]);
    } else {
      return Refuse(request, "input ", index, " is ", DTypeName(operand.type.dtype),
                    ", expected int32 or int64");
    }
  }
  return values;
}

}  // namespace kairos::onednn::own

#endif  // KAIROS_BACKENDS_ONEDNN_OWN_KNOWN_INTS_H_

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "graph/shape_context.h"
#include "graph/shape_functions.h"

namespace kairos {

absl::Status ShapeOptimizer(ShapeContext& context) {
  for (size_t i : {0, 1}) KAIROS_RETURN_IF_ERROR(ExpectScalar(context, i));
  const size_t states = context.node.op == "Adam" ? 2 : 1;
  const size_t tensors = (context.inputs.size() - 2) / (2 + states);
  if (tensors == 0 || context.inputs.size() != 2 + tensors * (2 + states)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "got ", context.inputs.size(), " inputs, expected 2 and ", 2 + states, " for each tensor"));
  }
  if (context.outputs.size() != tensors * (1 + states)) {
    return absl::InvalidArgumentError(absl::StrCat("got ", context.outputs.size(),
                                                   " outputs, expected ", tensors * (1 + states),
                                                   " for ", tensors, " tensors"));
  }
  for (size_t i = 0; i < tensors * (2 + states); ++i) {
    const size_t tensor = 2 + i % tensors;
    const TensorType& type = InputType(context, tensor);
    KAIROS_RETURN_IF_ERROR(
        ExpectShape(context, 2 + i, type.shape, absl::StrCat("input ", tensor, " has that shape")));
    if (InputType(context, 2 + i).dtype != type.dtype) {
      return absl::InvalidArgumentError(
          absl::StrCat("input ", 2 + i, " has type ", DTypeName(InputType(context, 2 + i).dtype),
                       ", expected ", DTypeName(type.dtype), " because input ", tensor, " has it"));
    }
  }
  for (size_t i = 0; i < context.outputs.size(); ++i) {
    const TensorType& type = InputType(context, 2 + i % tensors);
    SetOutput(context, i, type.dtype, type.shape);
  }
  return absl::OkStatus();
}

}  // namespace kairos

#include "onednn/library/checks.h"

namespace kairos::onednn {
namespace {

// An element read and written takes as long as so many operations in registers: 8000 elements are
// where a second thread begins to pay.
constexpr double kOperationsPerMove = 50;

bool IsFloat(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kBFloat16 || dtype == DType::kFloat16;
}

}  // namespace

bool HasInput(const KernelRequest& request, size_t index) {
  return index < request.node->base_input_count() && request.inputs[index].present;
}

double MoveOperations(const TensorType& type) {
  return static_cast<double>(type.element_count()) * kOperationsPerMove;
}

absl::Status CheckOperands(const KernelRequest& request, std::initializer_list<size_t> inputs) {
  for (size_t i = 1; i < request.outputs.size(); ++i) {
    if (request.outputs[i].present) return Refuse(request, "more than one output");
  }
  const DType dtype = request.outputs[0].type.dtype;
  if (!IsFloat(dtype)) return Refuse(request, "element type ", DTypeName(dtype));
  for (size_t i : inputs) {
    if (!HasInput(request, i)) continue;
    const DType input = request.inputs[i].type.dtype;
    if (input == dtype) continue;
    return Refuse(request, "element type of input ", i, ", got ", DTypeName(input), ", expected ",
                  DTypeName(dtype), " as the output");
  }
  for (const Operand& operand : request.inputs) {
    if (operand.present && operand.type.element_count() == 0) {
      return Refuse(request, "an operand without elements");
    }
  }
  return absl::OkStatus();
}

absl::Status CheckUnfused(const KernelRequest& request, std::initializer_list<size_t> inputs) {
  if (!request.node->post_ops.empty()) return Refuse(request, "takes no post-ops");
  return CheckOperands(request, inputs);
}

absl::Status CheckSpatial(const KernelRequest& request, std::initializer_list<size_t> inputs) {
  const size_t rank = request.inputs[0].shape().size();
  if (rank < 3 || rank > 5) {
    return Refuse(request, "rank of input 0, got ", rank, ", expected 3 to 5");
  }
  return CheckOperands(request, inputs);
}

}  // namespace kairos::onednn

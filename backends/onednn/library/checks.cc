#include "onednn/library/checks.h"

namespace kairos::onednn {
namespace {

// An element read and written takes as long as so many operations in registers: 8000 elements are
// where a second thread begins to pay.
constexpr double kOperationsPerMove = 50;

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
  if (request.outputs[0].type.dtype != DType::kFloat32) {
    return Refuse(request, "element type ", DTypeName(request.outputs[0].type.dtype));
  }
  for (size_t i : inputs) {
    if (!HasInput(request, i) || request.inputs[i].type.dtype == DType::kFloat32) continue;
    return Refuse(request, "element type of input ", i, ", got ",
                  DTypeName(request.inputs[i].type.dtype), ", expected float32");
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

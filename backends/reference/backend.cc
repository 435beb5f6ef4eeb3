#include "kairos/backend.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

#include "reference/families.h"
#include "reference/frame.h"
#include "reference/kernel.h"
#include "reference/post_ops.h"

namespace kairos {
namespace reference {
namespace {

using Family = absl::Span<const ReferenceOp> (*)();
constexpr Family kFamilies[] = {
    UnaryOps,     BinaryOps,        SelectOps,          QuantizationOps,  MovementOps,
    PadOps,       GatherOps,        ScatterOps,         GenerationOps,    ReductionOps,
    SortingOps,   ConvolutionOps,   PoolingOps,         GlobalPoolingOps, MatMulOps,
    EinsumOps,    NormalizationOps, SoftmaxOps,         ResizeOps,        LossOps,
    RecurrentOps, QuantizedConvOps, QuantizedMatMulOps, SignalOps,        GridOps,
    RoiOps,       DeformConvOps,    ArrangeOps,         DeterminantOps,   RandomOps,
    OptimizerOps,
};

// The row that serves `request`.
absl::StatusOr<const ReferenceOp*> Choose(const KernelRequest& request) {
  const Node& node = *request.node;
  const ReferenceOp* op = FindReferenceOp(node.domain, node.op);
  if (op == nullptr) {
    return absl::UnimplementedError(absl::StrCat(node.domain, node.domain.empty() ? "" : ".",
                                                 node.op, ": the reference backend has no kernel"));
  }
  const auto check = [&](const char* what, const Operand& operand, size_t i, DTypeSet types) {
    if (!operand.present || Contains(types, operand.type.dtype)) return absl::OkStatus();
    return absl::UnimplementedError(absl::StrCat(node.op, ": no kernel for ", what, " ", i, " of ",
                                                 DTypeName(operand.type.dtype)));
  };
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    absl::Status status =
        check("input", request.inputs[i], i, i == 0 ? op->input_types : kAllTypes);
    if (!status.ok()) return status;
  }
  for (size_t i = 0; i < request.outputs.size(); ++i) {
    absl::Status status =
        check("output", request.outputs[i], i, i == 0 ? op->output_types : kAllTypes);
    if (!status.ok()) return status;
  }
  absl::Status status =
      op->supports == nullptr ? absl::OkStatus() : op->supports(BaseRequest(request));
  if (status.ok()) status = SupportsPostOps(request);
  if (!status.ok()) return status;
  return op;
}

class ReferenceBackend : public Backend {
 public:
  absl::string_view name() const override { return "reference"; }

  absl::Status Supports(const KernelRequest& request) const override {
    return Choose(request).status();
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Specialize(const KernelRequest& request) override {
    absl::StatusOr<const ReferenceOp*> op = Choose(request);
    if (!op.ok()) return op.status();
    return std::make_unique<ReferenceKernel>(**op, request);
  }

  absl::StatusOr<std::unique_ptr<Kernel>> Load(const KernelRequest& request,
                                               absl::string_view frozen) override {
    absl::StatusOr<const ReferenceOp*> op = Choose(request);
    if (!op.ok()) return op.status();
    const std::string name = ReferenceKernelName(**op);
    if (frozen != name) {
      // `frozen` is untrusted, so it is not repeated at length.
      return absl::FailedPreconditionError(
          absl::StrCat("kernel: the plan records another one, got '",
                       absl::Utf8SafeCEscape(frozen.substr(0, 64)), "', expected '", name, "'"));
    }
    return std::make_unique<ReferenceKernel>(**op, request);
  }
};

}  // namespace

const ReferenceOp* FindReferenceOp(absl::string_view domain, absl::string_view op) {
  for (Family family : kFamilies) {
    for (const ReferenceOp& row : family()) {
      if (row.op == op && row.domain == domain) return &row;
    }
  }
  return nullptr;
}

}  // namespace reference

std::unique_ptr<Backend> NewReferenceBackend() {
  return std::make_unique<reference::ReferenceBackend>();
}

}  // namespace kairos

// Reductions over the last axes, the only ones that the library is fast at.
#include <optional>

#include "onednn/library/checks.h"
#include "onednn/library/makers.h"

namespace kairos::onednn {
namespace {

struct ReductionRow {
  absl::string_view op;
  dnnl_alg_kind_t algorithm;
};

// The library's norms are of its slow kind.
constexpr ReductionRow kReductions[] = {
    {"ReduceMax", dnnl_reduction_max},   {"ReduceMin", dnnl_reduction_min},
    {"ReduceSum", dnnl_reduction_sum},   {"ReduceProd", dnnl_reduction_mul},
    {"ReduceMean", dnnl_reduction_mean},
};

const ReductionRow& Row(absl::string_view op) {
  for (const ReductionRow& row : kReductions) {
    if (row.op == op) return row;
  }
  return kReductions[0];
}

// The first reduced axis when the reduced axes are the last ones; null otherwise or when the axes
// are not known.
std::optional<size_t> FirstReducedAxis(const KernelRequest& request) {
  const auto rank = static_cast<int64_t>(request.inputs[0].shape().size());
  if (!HasInput(request, 1)) return 0;
  const Operand& axes = request.inputs[1];
  const int64_t count = axes.type.element_count();
  if (axes.data == nullptr || axes.type.dtype != DType::kInt64 || count == 0) return std::nullopt;
  const auto* values = static_cast<const int64_t*>(axes.data);
  uint64_t reduced = 0;
  for (int64_t i = 0; i < count; ++i) {
    const int64_t axis = values[i] < 0 ? values[i] + rank : values[i];
    if (axis < 0 || axis >= rank) return std::nullopt;
    reduced |= uint64_t{1} << axis;
  }
  int64_t first = rank;
  while (first > 0 && (reduced >> (first - 1) & 1) != 0) --first;
  const bool only_last = reduced >> first << first == reduced;
  return only_last ? std::optional<size_t>(first) : std::nullopt;
}

}  // namespace

absl::Status SupportsReduce(const KernelRequest& request) {
  if (!request.node->post_ops.empty()) return Refuse(request, "takes no post-ops");
  const bool no_axes = !HasInput(request, 1);
  if (no_axes && request.node->attributes.Int("noop_with_empty_axes", 0) != 0) {
    return Refuse(request, "no axes to reduce");
  }
  const TensorType& type = request.inputs[0].type;
  const TensorType& out = request.outputs[0].type;
  if (!SameMemoryOrder(type.shape, type.layout, Layout::kPlain) ||
      !SameMemoryOrder(out.shape, out.layout, Layout::kPlain)) {
    return Refuse(request, "a channels-last operand");
  }
  if (!FirstReducedAxis(request).has_value()) {
    return Refuse(request, "axes that are not the last ones, or not known");
  }
  return CheckOperands(request, {0});
}

MadeKernel MakeReduce(const KernelRequest& request, absl::string_view frozen) {
  const TensorType& type = request.inputs[0].type;
  const auto dims = absl::MakeConstSpan(type.shape);
  const size_t first = *FirstReducedAxis(request);
  const int64_t outer = ElementCount(dims.first(first)), inner = ElementCount(dims.subspan(first));
  const ReductionRow& row = Row(request.node->op);
  KernelBuilder builder(request, {"reduce"}, MoveOperations(type), frozen);
  const Bound src = builder.InputStrided(0, {outer, inner}, {inner, 1});
  const Bound dst = builder.OutputStrided({outer, 1}, {1, 1});
  builder.Bind(DNNL_ARG_SRC, src);
  builder.Bind(DNNL_ARG_DST, dst);
  return builder.Build(
      [&](dnnl_primitive_desc_t* desc, const_dnnl_memory_desc_t, const_dnnl_primitive_attr_t attr) {
        return dnnl_reduction_primitive_desc_create(
            desc, CpuEngine(), row.algorithm, src.desc.get(), dst.desc.get(), 0.0f, 0.0f, attr);
      });
}

}  // namespace kairos::onednn

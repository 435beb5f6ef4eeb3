// Operators that read where index tensors point to. All indices are checked before the first write.
#include <algorithm>
#include <cstring>

#include "absl/strings/str_cat.h"

#include "reference/families.h"
#include "reference/indices.h"

namespace kairos::reference {
namespace {

absl::Status RunGather(const KernelRequest& request, const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  absl::StatusOr<int64_t> axis = ResolveAxis(request.node->attributes.Int("axis", 0), shape.size());
  if (!axis.ok()) return axis.status();
  const AxisView view = ViewAround(shape, *axis);
  const Indices indices(args, 1);
  absl::Status status = indices.Check("Gather", 0, indices.count(), 1, view.extent);
  if (!status.ok()) return status;
  const size_t bytes = static_cast<size_t>(view.inner) * DTypeSize(args.input_type(0).dtype);
  if (bytes == 0) return absl::OkStatus();
  const auto* src = args.input<std::byte>(0);
  auto* dst = args.output<std::byte>(0);
  for (int64_t outer = 0; outer < view.outer; ++outer) {
    for (int64_t i = 0; i < indices.count(); ++i) {
      const int64_t from = outer * view.extent + indices.Resolved(i, view.extent);
      std::memcpy(dst, src + static_cast<size_t>(from) * bytes, bytes);
      dst += bytes;
    }
  }
  return absl::OkStatus();
}

absl::Status RunGatherElements(const KernelRequest& request, const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  const Shape& to = args.output_type(0).shape;
  absl::StatusOr<int64_t> axis = ResolveAxis(request.node->attributes.Int("axis", 0), shape.size());
  if (!axis.ok()) return axis.status();
  absl::Status status = CheckElementIndices("GatherElements", args, *axis);
  if (!status.ok() || ElementCount(to) == 0) return status;
  const Indices indices(args, 1);
  const Shape strides = StridesOfType(args.input_type(0));
  return DispatchBytes(args.input_type(0).dtype, [&]<typename T>() {
    const T* src = args.input<T>(0);
    T* dst = args.output<T>(0);
    Shape at(to.size(), 0);
    int64_t i = 0;
    do {
      dst[i] = src[ElementOffset(at, strides, *axis, indices.Resolved(i, shape[*axis]))];
      ++i;
    } while (NextIndex(to, &at));
  });
}

absl::Status RunGatherND(const KernelRequest& request, const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  const auto batch_dims = static_cast<size_t>(request.node->attributes.Int("batch_dims", 0));
  const Indices indices(args, 1);
  absl::StatusOr<Tuples> tuples = MakeTuples("GatherND", indices, shape, batch_dims);
  if (!tuples.ok()) return tuples.status();
  const size_t bytes = static_cast<size_t>(tuples->slice) * DTypeSize(args.input_type(0).dtype);
  if (bytes == 0) return absl::OkStatus();
  const auto* src = args.input<std::byte>(0);
  auto* dst = args.output<std::byte>(0);
  for (int64_t i = 0; i < tuples->count; ++i) {
    const auto offset = static_cast<size_t>(tuples->Offset(indices, i));
    std::memcpy(dst, src + offset / tuples->slice * bytes, bytes);
    dst += bytes;
  }
  return absl::OkStatus();
}

// Indices outside [-depth, depth) make rows of the off value; that is ONNX's rule.
absl::Status RunOneHot(const KernelRequest& request, const Args& args) {
  const TensorType& to = args.output_type(0);
  absl::StatusOr<int64_t> axis =
      ResolveAxis(request.node->attributes.Int("axis", -1), to.shape.size());
  if (!axis.ok()) return axis.status();
  const AxisView view = ViewAround(to.shape, *axis);
  return DispatchBytes(to.dtype, [&]<typename T>() {
    return DispatchNumeric(args.input_type(0).dtype, [&]<typename I>() {
      const I* indices = args.input<I>(0);
      const T off = args.input<T>(2)[0], on = args.input<T>(2)[1];
      T* dst = args.output<T>(0);
      std::fill_n(dst, to.element_count(), off);
      if (view.extent == 0) return;
      for (int64_t i = 0; i < view.outer * view.inner; ++i) {
        const int64_t hot = ResolveIndex(Narrow<int64_t>(Widen(indices[i])), view.extent);
        if (hot < 0) continue;
        dst[(i / view.inner * view.extent + hot) * view.inner + i % view.inner] = on;
      }
    });
  });
}

constexpr ReferenceOp kRows[] = {
    {.op = "Gather", .run = RunGather},
    {.op = "GatherElements", .run = RunGatherElements},
    {.op = "GatherND", .run = RunGatherND},
    {.op = "OneHot", .run = RunOneHot, .input_types = kNumericTypes},
};

}  // namespace

absl::Span<const ReferenceOp> GatherOps() { return kRows; }

}  // namespace kairos::reference

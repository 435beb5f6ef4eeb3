// Operators that write where index tensors point to, and Trilu, which writes zeros by position. All
// indices are checked before the first write.
#include <algorithm>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

#include "reference/families.h"
#include "reference/indices.h"
#include "reference/scalar_ops.h"

namespace kairos::reference {
namespace {

// The scalar operator that combines old and new elements; null: the new ones replace the old.
absl::StatusOr<const BinaryOp*> ReductionOf(const KernelRequest& request) {
  constexpr struct {
    absl::string_view reduction, op;
  } kReductions[] = {{"add", "Add"}, {"mul", "Mul"}, {"max", "Max"}, {"min", "Min"}};
  const absl::string_view name = request.node->attributes.String("reduction", "none");
  if (name == "none") return nullptr;
  for (const auto& row : kReductions) {
    if (row.reduction != name) continue;
    const BinaryOp* op = FindBinary(row.op);
    if (Contains(op->types, request.inputs[0].type.dtype)) return op;
  }
  return absl::UnimplementedError(absl::StrCat(request.node->op, ": no reduction ", name, " of ",
                                               DTypeName(request.inputs[0].type.dtype)));
}

absl::Status SupportsReduction(const KernelRequest& request) {
  return ReductionOf(request).status();
}

template <typename T>
struct Combine {
  BinaryFunction<Wide<T>> function;

  explicit Combine(const BinaryOp* op)
      : function(op == nullptr ? nullptr : op->function<Wide<T>>()) {}
  void operator()(T& old, T value) const {
    old = function == nullptr ? value : Narrow<T>(function(Widen(old), Widen(value), {}));
  }
};

void CopyData(const Args& args) {
  const size_t bytes = args.output_type(0).byte_count();
  if (bytes > 0) std::memcpy(args.raw_output(0), args.raw_input(0), bytes);
}

absl::Status RunScatterElements(const KernelRequest& request, const Args& args) {
  const Shape& shape = args.input_type(0).shape;
  const Shape& updates_shape = args.input_type(2).shape;
  absl::StatusOr<int64_t> axis = ResolveAxis(request.node->attributes.Int("axis", 0), shape.size());
  if (!axis.ok()) return axis.status();
  absl::StatusOr<const BinaryOp*> reduction = ReductionOf(request);
  if (!reduction.ok()) return reduction.status();
  const Indices indices(args, 1);
  if (updates_shape != indices.shape()) {
    return absl::InvalidArgumentError(
        absl::StrCat("ScatterElements: updates have shape ", ShapeString(updates_shape),
                     ", expected that of the indices, ", ShapeString(indices.shape())));
  }
  absl::Status status = CheckElementIndices("ScatterElements", args, *axis);
  if (!status.ok()) return status;
  CopyData(args);
  if (indices.count() == 0) return absl::OkStatus();
  const Shape strides = StridesOfType(args.input_type(0));
  return DispatchAll(args.input_type(0).dtype, [&]<typename T>() {
    const Combine<T> combine(*reduction);
    const T* updates = args.input<T>(2);
    T* dst = args.output<T>(0);
    Shape at(shape.size(), 0);
    int64_t i = 0;
    do {
      combine(dst[ElementOffset(at, strides, *axis, indices.Resolved(i, shape[*axis]))],
              updates[i]);
      ++i;
    } while (NextIndex(indices.shape(), &at));
  });
}

absl::Status RunScatterND(const KernelRequest& request, const Args& args) {
  absl::StatusOr<const BinaryOp*> reduction = ReductionOf(request);
  if (!reduction.ok()) return reduction.status();
  const Indices indices(args, 1);
  absl::StatusOr<Tuples> tuples = MakeTuples("ScatterND", indices, args.input_type(0).shape, 0);
  if (!tuples.ok()) return tuples.status();
  if (args.input_type(2).element_count() != tuples->count * tuples->slice) {
    return absl::InvalidArgumentError(
        absl::StrCat("ScatterND: updates have shape ", ShapeString(args.input_type(2).shape),
                     ", expected ", tuples->count, " slices of ", tuples->slice, " elements"));
  }
  CopyData(args);
  return DispatchAll(args.input_type(0).dtype, [&]<typename T>() {
    const Combine<T> combine(*reduction);
    const T* updates = args.input<T>(2);
    for (int64_t i = 0; i < tuples->count; ++i) {
      T* dst = args.output<T>(0) + tuples->Offset(indices, i);
      for (int64_t j = 0; j < tuples->slice; ++j) combine(dst[j], *updates++);
    }
  });
}

absl::Status RunTrilu(const KernelRequest& request, const Args& args) {
  const TensorType& type = args.output_type(0);
  if (type.element_count() == 0) return absl::OkStatus();
  const bool upper = request.node->attributes.Int("upper", 1) != 0;
  const int64_t rows = type.shape[type.shape.size() - 2], columns = type.shape.back();
  // Beyond the matrix, all diagonals are alike.
  const int64_t k =
      args.has_input(1) ? std::clamp(*args.input<int64_t>(1), -rows, columns) : int64_t{0};
  return DispatchBytes(type.dtype, [&]<typename T>() {
    const T* src = args.input<T>(0);
    T* dst = args.output<T>(0);
    for (int64_t i = 0; i < type.element_count(); ++i) {
      const int64_t row = i / columns % rows, column = i % columns;
      const bool keep = upper ? column >= row + k : column <= row + k;
      dst[i] = keep ? src[i] : T{};
    }
  });
}

constexpr ReferenceOp kRows[] = {
    {.op = "ScatterElements", .run = RunScatterElements, .supports = SupportsReduction},
    {.op = "ScatterND", .run = RunScatterND, .supports = SupportsReduction},
    {.op = "Trilu", .run = RunTrilu},
};

}  // namespace

absl::Span<const ReferenceOp> ScatterOps() { return kRows; }

}  // namespace kairos::reference

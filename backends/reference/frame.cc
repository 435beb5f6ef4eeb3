#include "reference/frame.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kairos::reference {

absl::Status CheckInputType(const KernelRequest& request, size_t i, DTypeSet types) {
  if (i >= request.inputs.size() || !request.inputs[i].present) return absl::OkStatus();
  const DType dtype = request.inputs[i].type.dtype;
  if (Contains(types, dtype)) return absl::OkStatus();
  return absl::UnimplementedError(
      absl::StrCat(request.node->op, ": no kernel for input ", i, " of ", DTypeName(dtype)));
}

absl::StatusOr<Shape> ReadInts(const Args& args, size_t i) {
  const int64_t count = args.has_input(i) ? args.input_type(i).element_count() : 0;
  Shape values(static_cast<size_t>(count), 0);
  if (count == 0) return values;
  absl::Status status = DispatchIndex(args.input_type(i).dtype, [&]<typename T>() {
    std::copy_n(args.input<T>(i), count, values.begin());
  });
  if (!status.ok()) return status;
  return values;
}

absl::StatusOr<int64_t> ResolveAxis(int64_t axis, size_t rank) {
  const auto signed_rank = static_cast<int64_t>(rank);
  const int64_t resolved = ResolveIndex(axis, signed_rank);
  if (resolved < 0) return IndexError("axis", axis, signed_rank);
  return resolved;
}

absl::StatusOr<Shape> ResolveAxes(absl::Span<const int64_t> axes, size_t rank) {
  Shape resolved;
  for (int64_t axis : axes) {
    absl::StatusOr<int64_t> one = ResolveAxis(axis, rank);
    if (!one.ok()) return one.status();
    if (std::find(resolved.begin(), resolved.end(), *one) != resolved.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("axes: axis ", axis, " is named twice, expected each once"));
    }
    resolved.push_back(*one);
  }
  return resolved;
}

absl::Status IndexError(absl::string_view subject, int64_t index, int64_t extent) {
  if (extent == 0) {
    return absl::InvalidArgumentError(absl::StrCat(subject, ": index is out of range, got ", index,
                                                   ", expected none: the extent is 0"));
  }
  return absl::InvalidArgumentError(absl::StrCat(subject, ": index is out of range, got ", index,
                                                 ", expected ", -extent, " to ", extent - 1));
}

}  // namespace kairos::reference

#include "reference/indices.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace kairos::reference {

absl::Status Indices::Check(absl::string_view op, int64_t begin, int64_t end, int64_t step,
                            int64_t extent) const {
  for (int64_t i = begin; i < end; i += step) {
    if (ResolveIndex((*this)[i], extent) < 0) return IndexError(op, (*this)[i], extent);
  }
  return absl::OkStatus();
}

absl::Status CheckElementIndices(absl::string_view op, const Args& args, int64_t axis) {
  const Shape& shape = args.input_type(0).shape;
  const Indices indices(args, 1);
  bool fits = indices.shape().size() == shape.size();
  for (size_t i = 0; fits && i < shape.size(); ++i) {
    fits = static_cast<int64_t>(i) == axis || indices.shape()[i] <= shape[i];
  }
  if (!fits && indices.count() > 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(op, ": indices have shape ", ShapeString(indices.shape()),
                     ", expected one within ", ShapeString(shape), " in all axes but ", axis));
  }
  return indices.Check(op, 0, indices.count(), 1, shape[axis]);
}

int64_t ElementOffset(const Shape& at, const Shape& strides, int64_t axis, int64_t index) {
  int64_t offset = index * strides[axis];
  for (size_t i = 0; i < at.size(); ++i) {
    if (static_cast<int64_t>(i) != axis) offset += at[i] * strides[i];
  }
  return offset;
}

int64_t Tuples::Offset(const Indices& indices, int64_t i) const {
  int64_t offset = i / tuples_per_batch * batch;
  for (int64_t j = 0; j < width; ++j) {
    offset += indices.Resolved(i * width + j, extents[j]) * strides[j];
  }
  return offset;
}

absl::StatusOr<Tuples> MakeTuples(absl::string_view op, const Indices& indices, const Shape& shape,
                                  size_t batch_dims) {
  const Shape& tuple_shape = indices.shape();
  const size_t width = tuple_shape.empty() ? 0 : static_cast<size_t>(tuple_shape.back());
  if (tuple_shape.size() <= batch_dims || batch_dims + width > shape.size() ||
      !std::equal(shape.begin(), shape.begin() + batch_dims, tuple_shape.begin())) {
    return absl::InvalidArgumentError(absl::StrCat(
        op, ": indices have shape ", ShapeString(tuple_shape), ", expected ", batch_dims,
        " batch dimensions and tuples for data of shape ", ShapeString(shape)));
  }
  const auto from = [](const Shape& s, size_t i) { return absl::MakeConstSpan(s).subspan(i); };
  const Shape all_strides = DenseStrides(shape, Layout::kPlain);
  absl::StatusOr<Tuples> result(absl::in_place);
  Tuples& tuples = *result;
  tuples.count = ElementCount(from(tuple_shape, 0).first(tuple_shape.size() - 1));
  tuples.width = static_cast<int64_t>(width);
  const auto inner = from(tuple_shape, batch_dims);
  tuples.tuples_per_batch = std::max<int64_t>(ElementCount(inner.first(inner.size() - 1)), 1);
  tuples.batch = ElementCount(from(shape, batch_dims));
  tuples.slice = ElementCount(from(shape, batch_dims + width));
  for (size_t j = 0; j < width; ++j) {
    tuples.extents.push_back(shape[batch_dims + j]);
    tuples.strides.push_back(all_strides[batch_dims + j]);
    absl::Status status = indices.Check(op, static_cast<int64_t>(j), indices.count(), tuples.width,
                                        tuples.extents.back());
    if (!status.ok()) return status;
  }
  return result;
}

}  // namespace kairos::reference

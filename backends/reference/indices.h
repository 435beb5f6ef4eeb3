// Index tensors, whose values are hostile: checked once as a whole, then resolved one by one.
#ifndef KAIROS_BACKENDS_REFERENCE_INDICES_H_
#define KAIROS_BACKENDS_REFERENCE_INDICES_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "reference/frame.h"

namespace kairos::reference {

// Input `input` of a run: int32 or int64, plain layout.
class Indices {
 public:
  Indices(const Args& args, size_t input)
      : type_(args.input_type(input)),
        data_(args.raw_input(input)),
        is_int64_(type_.dtype == DType::kInt64),
        count_(type_.element_count()) {}

  const Shape& shape() const { return type_.shape; }
  int64_t count() const { return count_; }
  int64_t operator[](int64_t i) const {
    return is_int64_ ? static_cast<const int64_t*>(data_)[i]
                     : static_cast<const int32_t*>(data_)[i];
  }
  // Of an index that Check() has accepted.
  int64_t Resolved(int64_t i, int64_t extent) const {
    const int64_t index = (*this)[i];
    return index < 0 ? index + extent : index;
  }
  // kInvalidArgument unless the elements begin, begin + step ... before `end` are in
  // [-extent, extent).
  absl::Status Check(absl::string_view op, int64_t begin, int64_t end, int64_t step,
                     int64_t extent) const;

 private:
  const TensorType& type_;
  const void* data_;
  bool is_int64_;
  int64_t count_;
};

// For GatherElements and ScatterElements: input 1 indexes `axis` of input 0, is of its rank and
// nowhere else longer, and all its elements are in range.
absl::Status CheckElementIndices(absl::string_view op, const Args& args, int64_t axis);
// Where in the data index tensor position `at` points to.
int64_t ElementOffset(const Shape& at, const Shape& strides, int64_t axis, int64_t index);

// For GatherND and ScatterND: the last dimension of the index tensor holds tuples that point to
// slices of the data.
struct Tuples {
  int64_t count = 0;  // of tuples
  int64_t width = 0;  // indices in a tuple
  int64_t tuples_per_batch = 1;
  int64_t batch = 0;       // elements of the data per batch
  int64_t slice = 0;       // elements that a tuple points to
  Shape extents, strides;  // of the dimensions that are indexed

  // Element offset of the slice that tuple `i` points to.
  int64_t Offset(const Indices& indices, int64_t i) const;
};
// Checks every index.
absl::StatusOr<Tuples> MakeTuples(absl::string_view op, const Indices& indices, const Shape& shape,
                                  size_t batch_dims);

}  // namespace kairos::reference

#endif  // KAIROS_BACKENDS_REFERENCE_INDICES_H_

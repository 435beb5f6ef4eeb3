// Det: the product of the pivots of an elimination with row exchanges.
#include <algorithm>
#include <cmath>

#include "reference/families.h"
#include "reference/rows.h"

namespace kairos::reference {
namespace {

// Destroys `m`, which is [size, size].
double Determinant(double* m, int64_t size) {
  double determinant = 1;
  for (int64_t k = 0; k < size; ++k) {
    int64_t pivot = k;
    for (int64_t i = k + 1; i < size; ++i) {
      if (std::abs(m[i * size + k]) > std::abs(m[pivot * size + k])) pivot = i;
    }
    if (pivot != k) {
      std::swap_ranges(m + k * size, m + (k + 1) * size, m + pivot * size);
      determinant = -determinant;
    }
    determinant *= m[k * size + k];
    if (m[k * size + k] == 0) return 0;
    for (int64_t i = k + 1; i < size; ++i) {
      const double factor = m[i * size + k] / m[k * size + k];
      for (int64_t j = k + 1; j < size; ++j) m[i * size + j] -= factor * m[k * size + j];
    }
  }
  return determinant;
}

absl::Status RunDet(const KernelRequest&, const Args& args) {
  const TensorType& src = args.input_type(0);
  const int64_t size = src.shape.back(), elements = size * size;
  const ReadRow<double> read = RowReader<double>(src.dtype);
  const WriteRow<double> write = RowWriter<double>(src.dtype);
  auto* matrix = static_cast<double*>(args.scratch());
  for (int64_t i = 0; i < args.output_type(0).element_count(); ++i) {
    read(args.raw_input(0), i * elements, 1, elements, matrix);
    const double determinant = Determinant(matrix, size);
    write(args.raw_output(0), i, 1, 1, &determinant);
  }
  return absl::OkStatus();
}

size_t MatrixBytes(const KernelRequest& request) {
  const auto size = static_cast<size_t>(request.inputs[0].type.shape.back());
  return size * size * sizeof(double);
}

constexpr ReferenceOp kRows[] = {
    {.op = "Det", .run = RunDet, .input_types = kFloatTypes, .scratch_bytes = MatrixBytes}};

}  // namespace

absl::Span<const ReferenceOp> DeterminantOps() { return kRows; }

}  // namespace kairos::reference

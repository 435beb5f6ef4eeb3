// NumPy's .npy files, one tensor each:
// numpy.org/doc/stable/reference/generated/numpy.lib.format.html Versions 1 to 3, little-endian.
// bfloat16, which NumPy lacks, is the 2-byte void type "<V2", as ml_dtypes writes it. Any bytes are
// safe to read.
#ifndef KAIROS_APPS_COMMON_NPY_H_
#define KAIROS_APPS_COMMON_NPY_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "kairos/tensor.h"

namespace kairos {

// Fortran order is transposed while reading. kDataLoss: not such a file, or of another length than
// its header says; kUnimplemented: an element type or byte order that Tensor does not have; the
// codes of InputFile::Open for the file itself.
absl::StatusOr<Tensor> ReadNpy(const std::string& path);
// The same from memory; `name` is for messages.
absl::StatusOr<Tensor> ParseNpy(absl::string_view name, absl::string_view bytes);

// kUnimplemented for strings; otherwise the codes of WriteFile.
absl::Status WriteNpy(const std::string& path, const TensorView& tensor);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_NPY_H_

// The header of an .npy file: magic, version, and a Python dictionary literal that says what the
// bytes behind it are.
#ifndef KAIROS_APPS_COMMON_NPY_HEADER_H_
#define KAIROS_APPS_COMMON_NPY_HEADER_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

#include "kairos/tensor.h"

namespace kairos {

struct NpyHeader {
  DType dtype = DType::kUndefined;
  Shape shape;
  bool fortran_order = false;
  size_t data_offset = 0;  // from the start of the file
};

// No header is longer than this many bytes; NumPy's own are below 128.
inline constexpr size_t kMaxNpyHeaderBytes = 64 << 10;

// `bytes` is the file, or as much of its start as kMaxNpyHeaderBytes. kDataLoss, kUnimplemented.
absl::StatusOr<NpyHeader> ParseNpyHeader(absl::string_view bytes);

// A version 1 header in C order; kUnimplemented for strings.
absl::StatusOr<std::string> FormatNpyHeader(DType dtype, absl::Span<const int64_t> shape);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_NPY_HEADER_H_

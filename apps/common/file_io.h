// Whole files for the tools: read with a limit, written so that a failure leaves no half of one.
#ifndef KAIROS_APPS_COMMON_FILE_IO_H_
#define KAIROS_APPS_COMMON_FILE_IO_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace kairos {

// A status of the code that fits the error number `error`, with "PATH: WHAT: " and its text.
absl::Status FileError(absl::string_view path, absl::string_view what, int error);

// A regular file opened for reading.
class InputFile {
 public:
  // kNotFound, kPermissionDenied, kInvalidArgument (no regular file) or kUnavailable.
  static absl::StatusOr<InputFile> Open(const std::string& path);
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&&) = delete;
  ~InputFile();

  int descriptor() const { return descriptor_; }
  size_t size() const { return size_; }
  // Fills `out` from `offset`; kDataLoss when the file ends before.
  absl::Status ReadAt(size_t offset, absl::Span<std::byte> out) const;

 private:
  InputFile(std::string path, int descriptor, size_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}
  std::string path_;
  int descriptor_;
  size_t size_;
};

// The file's contents; kResourceExhausted when it is larger than `limit_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit_bytes);

// Writes through a temporary file beside `path` and renames it: afterwards there is the old file or
// the whole new one. What is no regular file (a pipe, a device) is written to directly.
absl::Status WriteFile(const std::string& path, absl::Span<const absl::string_view> parts);

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_FILE_IO_H_

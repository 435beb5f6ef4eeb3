// A file mapped read-only. The only place of the runtime that opens files for reading.
#ifndef KAIROS_RUNTIME_BASE_MAPPED_FILE_H_
#define KAIROS_RUNTIME_BASE_MAPPED_FILE_H_

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

namespace kairos {

class MappedFile {
 public:
  // kNotFound, kPermissionDenied, kInvalidArgument (a directory, a device) or kUnavailable; the
  // message is "PATH: ..." with the system's reason. An empty file maps to an empty span.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  absl::Span<const std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedFile(const std::byte* data, size_t size) : data_(data), size_(size) {}
  const std::byte* data_;
  size_t size_;
};

// Writes all of `parts` to `path` through a temporary file in the same directory, fsync and rename:
// afterwards there is the old file, the new file or none. kUnavailable or kPermissionDenied name
// the path and the system's reason; the temporary file is removed.
absl::Status WriteFileAtomically(const std::string& path,
                                 absl::Span<const absl::Span<const std::byte>> parts);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_MAPPED_FILE_H_

// A file mapped read-only. The only place of the runtime that opens files for reading.
#ifndef KAIROS_RUNTIME_BASE_MAPPED_FILE_H_
#define KAIROS_RUNTIME_BASE_MAPPED_FILE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"

struct stat;

namespace kairos {

// In nanoseconds since 1970.
struct FileTimes {
  int64_t modified_ns = 0;  // the content; programs may set it
  int64_t changed_ns = 0;   // anything, also modified_ns; the system's own
  bool operator==(const FileTimes&) const = default;
};

FileTimes FileTimesOf(const struct stat& info);

class MappedFile {
 public:
  // kNotFound, kPermissionDenied, kInvalidArgument (a directory, a device) or kUnavailable; the
  // message is "PATH: ..." with the system's reason. An empty file maps to an empty span.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(const std::string& path);
  // The same for a file that nobody else can have put there: kPermissionDenied unless it belongs to
  // this process's user; a symbolic link is refused.
  static absl::StatusOr<std::shared_ptr<const MappedFile>> OpenOwn(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  absl::Span<const std::byte> bytes() const { return {data_, size_}; }
  // Gives back the memory of pages that were read; what is needed again is read again. Thread-safe.
  void ReleasePages() const;
  // As they were before it was mapped.
  const FileTimes& times() const { return times_; }

 private:
  static absl::StatusOr<std::shared_ptr<const MappedFile>> Open(const std::string& path,
                                                                bool only_own);
  MappedFile(const std::byte* data, size_t size, const FileTimes& times)
      : data_(data), size_(size), times_(times) {}
  const std::byte* data_;
  size_t size_;
  FileTimes times_;
};

// kNone: after a power failure the file may have lost its end, as its reader will notice.
enum class Flush { kToDisk, kNone };

// Writes all of `parts` to `path` through a temporary file in the same directory, fsync and rename:
// afterwards there is the old file, the new file or none. kUnavailable or kPermissionDenied name
// the path and the system's reason; the temporary file is removed.
absl::Status WriteFileAtomically(const std::string& path,
                                 absl::Span<const absl::Span<const std::byte>> parts,
                                 Flush flush = Flush::kToDisk);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_MAPPED_FILE_H_

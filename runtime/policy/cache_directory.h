// A directory of files that processes of one user share. Each file is written once and whole, and
// carries a checksum of what is in it.
#ifndef KAIROS_RUNTIME_POLICY_CACHE_DIRECTORY_H_
#define KAIROS_RUNTIME_POLICY_CACHE_DIRECTORY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"

#include "base/mapped_file.h"

namespace kairos {

inline constexpr char kProgramSuffix[] = ".program";
inline constexpr char kWeightsSuffix[] = ".weights";

class CacheDirectory {
 public:
  explicit CacheDirectory(std::string path) : path_(std::move(path)) {}

  // Makes the directory and those above it, if there is none. kPermissionDenied when it belongs to
  // somebody else or others may enter it, and the file system's refusals.
  absl::Status Prepare() const;

  struct File {
    absl::Span<const std::byte> content;  // 64-byte aligned
    std::shared_ptr<const void> owner;
    uint64_t checksum = 0;  // of the content, as the file says
    bool checked = false;   // MarkChecked() was called, and nobody has written to the file since
    FileTimes times;        // when it was opened

    bool HasRightContent() const;  // compares it with the checksum
  };
  // Unless the file is checked, the content is still to be compared with the checksum.
  // kNotFound; kPermissionDenied: not this user's; kUnimplemented: another format; kDataLoss:
  // truncated or no such file.
  absl::StatusOr<File> Open(const std::string& name) const;
  // Whether there is a file of this name with this much in it.
  bool Has(const std::string& name, uint64_t content_bytes) const;
  // Moves the file to the end of the order in which files are removed.
  void MarkUsed(const std::string& name) const;
  // `compared`, the file of this name, had the right content: it is checked from now on, unless
  // somebody has changed it since it was opened. First waits until it is on the disk, so that the
  // mark cannot survive a power failure that the content does not.
  void MarkChecked(const std::string& name, const File& compared) const;
  // kUnavailable, kPermissionDenied. Nothing or the whole file is there afterwards.
  absl::Status Write(const std::string& name, absl::Span<const std::byte> content,
                     uint64_t checksum) const;
  void Remove(const std::string& name) const;

  struct Entry {
    std::string name;
    uint64_t bytes = 0;
    int64_t age_ns = 0;  // since it was last used
  };
  // Programs, weights and what killed processes left behind, sorted by name.
  absl::StatusOr<std::vector<Entry>> List() const;
  // Removes the least recently used files until `limit_bytes` are left, and old remains of killed
  // processes. Returns how many files are gone.
  absl::StatusOr<int64_t> Evict(uint64_t limit_bytes) const;

 private:
  std::string PathOf(const std::string& name) const { return path_ + "/" + name; }
  const std::string path_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_POLICY_CACHE_DIRECTORY_H_

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "base/errno_status.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"

namespace kairos {
namespace {

constexpr size_t kMaxWriteBytes = size_t{1} << 30;  // Linux writes less than 2 GiB per call
constexpr int kNameAttempts = 16;

// With the slash; empty for a name in the current directory.
std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == std::string::npos ? "" : path.substr(0, slash + 1);
}

// Opens a new file beside `path` for writing. Its name does not grow with that of `path`.
absl::StatusOr<int> OpenTemporary(const std::string& path, std::string* temporary) {
  for (int attempt = 0; attempt < kNameAttempts; ++attempt) {
    uint64_t random;
    if (getrandom(&random, sizeof(random), 0) != sizeof(random)) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, path, "no random name for a temporary file");
    }
    *temporary = absl::StrCat(DirectoryOf(path), ".kairos-", absl::Hex(random, absl::kZeroPad16));
    const int fd =
        open(temporary->c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
    if (fd >= 0) return fd;
    if (errno != EEXIST && errno != EINTR) {
      return ErrnoStatus(errno, path, "cannot create a temporary file beside it");
    }
  }
  return absl::UnavailableError(
      absl::StrCat(path, ": no free name for a temporary file beside it"));
}

absl::Status WriteAll(int fd, const std::string& path, absl::Span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), std::min(bytes.size(), kMaxWriteBytes));
    if (written < 0) {
      if (errno == EINTR) continue;
      return ErrnoStatus(errno, path, "cannot write");
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status WriteAndClose(int fd, const std::string& path,
                           absl::Span<const absl::Span<const std::byte>> parts, Flush flush) {
  absl::Cleanup close_file = [fd] { close(fd); };
  for (absl::Span<const std::byte> part : parts) {
    KAIROS_RETURN_IF_ERROR(WriteAll(fd, path, part));
  }
  if (flush == Flush::kToDisk && fsync(fd) != 0)
    return ErrnoStatus(errno, path, "cannot flush to disk");
  std::move(close_file).Cancel();
  // Some file systems report a full disk or quota only here. The descriptor is gone either way.
  if (close(fd) != 0 && errno != EINTR) return ErrnoStatus(errno, path, "cannot write");
  return absl::OkStatus();
}

// Makes a rename in the directory of `path` survive a power failure.
absl::Status SyncDirectory(const std::string& path) {
  const std::string directory = DirectoryOf(path);
  const int fd =
      open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A directory that may be written but not read cannot be flushed; that is no failure to write.
  if (fd < 0) return absl::OkStatus();
  absl::Cleanup close_directory = [fd] { close(fd); };
  if (fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP) {
    return ErrnoStatus(errno, path, "cannot flush its directory to disk");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status WriteFileAtomically(const std::string& path,
                                 absl::Span<const absl::Span<const std::byte>> parts, Flush flush) {
  struct stat existing;
  if (stat(path.c_str(), &existing) == 0 && !S_ISREG(existing.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is not a regular file, expected one or none"));
  }
  std::string temporary;
  KAIROS_ASSIGN_OR_RETURN(const int fd, OpenTemporary(path, &temporary));
  absl::Cleanup remove_temporary = [&temporary] { unlink(temporary.c_str()); };
  KAIROS_RETURN_IF_ERROR(WriteAndClose(fd, path, parts, flush));
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    return ErrnoStatus(errno, path, "cannot put the new file in place");
  }
  std::move(remove_temporary).Cancel();
  return flush == Flush::kToDisk ? SyncDirectory(path) : absl::OkStatus();
}

}  // namespace kairos

#include "base/mapped_file.h"

#include <cerrno>
#include <fcntl.h>
#include <limits>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

#include "base/errno_status.h"

namespace kairos {
namespace {

int64_t NanosecondsOf(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

FileTimes FileTimesOf(const struct stat& info) {
  return {NanosecondsOf(info.st_mtim), NanosecondsOf(info.st_ctim)};
}

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path) {
  return Open(path, false);
}

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::OpenOwn(const std::string& path) {
  return Open(path, true);
}

absl::StatusOr<std::shared_ptr<const MappedFile>> MappedFile::Open(const std::string& path,
                                                                   bool only_own) {
  int fd;
  do {
    // O_NONBLOCK: opening a pipe without a writer must fail below, not wait here.
    fd = open(path.c_str(),
              O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK | (only_own ? O_NOFOLLOW : 0));
  } while (fd < 0 && errno == EINTR);
  if (fd < 0 && errno == ELOOP && only_own) {
    return absl::PermissionDeniedError(absl::StrCat(path, ": is a symbolic link"));
  }
  if (fd < 0) return ErrnoStatus(errno, path, "cannot open the file");
  absl::Cleanup close_file = [fd] { close(fd); };

  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoStatus(errno, path, "cannot inspect the file");
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, S_ISDIR(info.st_mode) ? ": is a directory" : ": is not a regular file",
                     ", expected a file"));
  }
  if (only_own && info.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat(path, ": belongs to user ", info.st_uid, ", expected ", geteuid()));
  }
  const auto size = static_cast<uint64_t>(info.st_size);
  if (size > std::numeric_limits<size_t>::max() / 2) {
    return absl::ResourceExhaustedError(
        absl::StrCat(path, ": ", size, " bytes exceed the address space of this machine"));
  }
  const FileTimes times = FileTimesOf(info);
  if (size == 0) return std::shared_ptr<const MappedFile>(new MappedFile(nullptr, 0, times));
  void* data = mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return ErrnoStatus(errno, path, "cannot map the file");
  return std::shared_ptr<const MappedFile>(
      new MappedFile(static_cast<const std::byte*>(data), static_cast<size_t>(size), times));
}

void MappedFile::ReleasePages() const {
  // The mapping is never written to, so that the file has all of its bytes.
  if (data_ != nullptr) (void)madvise(const_cast<std::byte*>(data_), size_, MADV_DONTNEED);
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace kairos

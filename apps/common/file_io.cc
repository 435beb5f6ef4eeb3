#include "common/file_io.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"

namespace kairos {
namespace {

absl::StatusCode CodeOf(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return absl::StatusCode::kNotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::StatusCode::kPermissionDenied;
    case EISDIR:
    case EINVAL:
    case ENAMETOOLONG:
    case ELOOP:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kUnavailable;
  }
}

absl::Status WriteAll(int descriptor, const std::string& path, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError(path, "cannot write", errno);
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return absl::OkStatus();
}

// Devices and pipes are written to, not replaced.
bool IsSpecialFile(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode);
}

absl::Status WriteSpecialFile(const std::string& path, absl::Span<const absl::string_view> parts) {
  const int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return FileError(path, "cannot open", errno);
  absl::Cleanup close_file = [&] { close(descriptor); };
  for (absl::string_view part : parts) {
    if (absl::Status status = WriteAll(descriptor, path, part); !status.ok()) return status;
  }
  return absl::OkStatus();
}

mode_t DefaultMode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

absl::Status FileError(absl::string_view path, absl::string_view what, int error) {
  return absl::Status(CodeOf(error), absl::StrCat(path, ": ", what, ": ", std::strerror(error)));
}

absl::StatusOr<InputFile> InputFile::Open(const std::string& path) {
  // Without O_NONBLOCK a FIFO without a writer would hang the tool.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return FileError(path, "cannot open", errno);
  InputFile file(path, descriptor, 0);
  struct stat info;
  if (fstat(descriptor, &info) != 0) return FileError(path, "cannot stat", errno);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": not a regular file"));
  }
  file.size_ = static_cast<size_t>(info.st_size);
  return file;
}

InputFile::InputFile(InputFile&& other) noexcept
    : path_(std::move(other.path_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      size_(other.size_) {}

InputFile::~InputFile() {
  if (descriptor_ >= 0) close(descriptor_);
}

absl::Status InputFile::ReadAt(size_t offset, absl::Span<std::byte> out) const {
  while (!out.empty()) {
    const ssize_t count = pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return FileError(path_, "cannot read", errno);
    if (count == 0) {
      return absl::DataLossError(
          absl::StrCat(path_, ": file ends at byte ", offset, ", expected ", out.size(), " more"));
    }
    out.remove_prefix(static_cast<size_t>(count));
    offset += static_cast<size_t>(count);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t limit_bytes) {
  absl::StatusOr<InputFile> file = InputFile::Open(path);
  if (!file.ok()) return file.status();
  if (file->size() > limit_bytes) {
    return absl::ResourceExhaustedError(absl::StrCat(path, ": file too large, got ", file->size(),
                                                     " bytes, expected at most ", limit_bytes));
  }
  std::string contents(file->size(), '\0');
  const auto bytes = absl::MakeSpan(reinterpret_cast<std::byte*>(contents.data()), contents.size());
  if (absl::Status status = file->ReadAt(0, bytes); !status.ok()) return status;
  return contents;
}

absl::Status WriteFile(const std::string& path, absl::Span<const absl::string_view> parts) {
  if (IsSpecialFile(path)) return WriteSpecialFile(path, parts);
  std::string temporary = absl::StrCat(path, ".XXXXXX");
  const int descriptor = mkostemp(temporary.data(), O_CLOEXEC);
  if (descriptor < 0) return FileError(path, "cannot create", errno);
  absl::Cleanup discard = [&] { unlink(temporary.c_str()); };
  absl::Cleanup close_file = [&] { close(descriptor); };
  for (absl::string_view part : parts) {
    if (absl::Status status = WriteAll(descriptor, path, part); !status.ok()) return status;
  }
  if (fchmod(descriptor, DefaultMode()) != 0) return FileError(path, "cannot write", errno);
  if (fsync(descriptor) != 0) return FileError(path, "cannot write", errno);
  if (rename(temporary.c_str(), path.c_str()) != 0) return FileError(path, "cannot write", errno);
  std::move(discard).Cancel();
  return absl::OkStatus();
}

}  // namespace kairos

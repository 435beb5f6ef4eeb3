#include "base/errno_status.h"

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

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
    default:
      return absl::StatusCode::kUnavailable;
  }
}

}  // namespace

absl::Status ErrnoStatus(int error, absl::string_view path, absl::string_view what) {
  // For its text, which unlike strerror() is thread-safe; its codes are not the ones promised.
  const absl::Status text = absl::ErrnoToStatus(error, absl::StrCat(path, ": ", what));
  return absl::Status(CodeOf(error), text.message());
}

}  // namespace kairos

#include "rtconvert/external_data.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

#include "common/file_io.h"
#include "rtconvert/names.h"

namespace kairos {
namespace {

constexpr size_t kMaxFiles = 64;

absl::Status Refuse(absl::string_view location, absl::string_view rule) {
  return absl::DataLossError(absl::StrCat("external data ", Quoted(location), ": ", rule));
}

absl::StatusOr<uint64_t> ParseNumber(absl::string_view key, absl::string_view text) {
  uint64_t number = 0;
  const bool digits = !text.empty() && text.size() <= 19 &&
                      std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
  if (!digits || !absl::SimpleAtoi(text, &number)) {
    return absl::DataLossError(absl::StrCat("external data: ", key, " is no number, got ",
                                            Quoted(text), ", expected decimal digits"));
  }
  return number;
}

// The path's components, without "."; an error when it could lead out of the directory.
absl::StatusOr<std::vector<std::string>> Components(const std::string& location) {
  if (location.empty()) return Refuse(location, "no path");
  if (location.find('\0') != std::string::npos) return Refuse(location, "path holds a zero byte");
  if (location[0] == '/') return Refuse(location, "absolute path, expected a relative one");
  std::vector<std::string> components;
  for (absl::string_view part : absl::StrSplit(location, '/')) {
    if (part == "..") return Refuse(location, "path with '..'");
    if (part.empty()) return Refuse(location, "path with an empty component");
    if (part != ".") components.emplace_back(part);
  }
  if (components.empty()) return Refuse(location, "path names no file");
  return components;
}

absl::Status CheckFile(const std::string& location, const struct stat& info) {
  if (S_ISLNK(info.st_mode)) return Refuse(location, "a symbolic link, expected a regular file");
  if (!S_ISREG(info.st_mode)) return Refuse(location, "not a regular file");
  if (info.st_nlink != 1) return Refuse(location, "a file with several hard links");
  return absl::OkStatus();
}

absl::Status OpenError(const std::string& location, int error) {
  if (error == ELOOP) return Refuse(location, "path through a symbolic link");
  if (error == ENOTDIR) return Refuse(location, "path through something that is no directory");
  return FileError(absl::StrCat("external data ", Quoted(location)), "cannot open", error);
}

}  // namespace

absl::StatusOr<ExternalRange> ParseExternalRange(const onnx_format::TensorProto& tensor) {
  ExternalRange range;
  for (const onnx_format::StringStringEntryProto& entry : tensor.external_data()) {
    if (entry.key() == "location") {
      range.location = entry.value();
    } else if (entry.key() == "offset" || entry.key() == "length") {
      absl::StatusOr<uint64_t> number = ParseNumber(entry.key(), entry.value());
      if (!number.ok()) return number.status();
      if (entry.key() == "offset") {
        range.offset = *number;
      } else {
        range.length = *number;
      }
    }
  }
  return range;
}

ExternalData::~ExternalData() {
  for (const auto& [location, file] : files_) close(file.descriptor);
}

absl::StatusOr<ExternalData::File> ExternalData::Open(const std::string& location) {
  absl::StatusOr<std::vector<std::string>> components = Components(location);
  if (!components.ok()) return components.status();
  int directory = open(directory_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) return FileError(directory_, "cannot open", errno);
  absl::Cleanup close_directory = [&] { close(directory); };
  for (size_t i = 0; i + 1 < components->size(); ++i) {
    const int next =
        openat(directory, (*components)[i].c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (next < 0) return OpenError(location, errno);
    close(std::exchange(directory, next));
  }
  // Looked at before it is opened: opening a device or a pipe can have effects. Looked at again
  // afterwards, because it may have been replaced in between.
  struct stat info;
  const char* name = components->back().c_str();
  if (fstatat(directory, name, &info, AT_SYMLINK_NOFOLLOW) != 0) return OpenError(location, errno);
  if (absl::Status status = CheckFile(location, info); !status.ok()) return status;
  const int descriptor = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return OpenError(location, errno);
  absl::Cleanup close_file = [&] { close(descriptor); };
  if (fstat(descriptor, &info) != 0) return OpenError(location, errno);
  if (absl::Status status = CheckFile(location, info); !status.ok()) return status;
  std::move(close_file).Cancel();
  return File{descriptor, static_cast<uint64_t>(info.st_size)};
}

absl::StatusOr<int> ExternalData::Find(const ExternalRange& range, size_t bytes) {
  if (directory_.empty()) return Refuse(range.location, "a model in memory needs a base directory");
  auto it = files_.find(range.location);
  if (it == files_.end()) {
    if (files_.size() >= kMaxFiles) {
      return absl::ResourceExhaustedError(absl::StrCat("external data ", Quoted(range.location),
                                                       ": more than ", kMaxFiles, " files"));
    }
    absl::StatusOr<File> file = Open(range.location);
    if (!file.ok()) return file.status();
    it = files_.emplace(range.location, *file).first;
  }
  if (range.length.value_or(bytes) != bytes) {
    return Refuse(range.location, absl::StrCat("length does not fit the tensor, got ",
                                               *range.length, ", expected ", bytes));
  }
  const uint64_t size = it->second.size;
  if (range.offset > size || bytes > size - range.offset) {
    return Refuse(range.location,
                  absl::StrCat("range outside of the file, got offset ", range.offset, " and ",
                               bytes, " bytes in a file of ", size));
  }
  return it->second.descriptor;
}

absl::Status ExternalData::Read(int descriptor, const ExternalRange& range,
                                absl::Span<std::byte> out) {
  off_t offset = static_cast<off_t>(range.offset);
  while (!out.empty()) {
    const ssize_t count = pread(descriptor, out.data(), out.size(), offset);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return OpenError(range.location, errno);
    if (count == 0) return Refuse(range.location, "file became shorter while it was read");
    out.remove_prefix(static_cast<size_t>(count));
    offset += count;
  }
  return absl::OkStatus();
}

}  // namespace kairos

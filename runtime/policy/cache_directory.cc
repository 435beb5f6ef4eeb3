#include "policy/cache_directory.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <time.h>
#include <unistd.h>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"

#include "base/errno_status.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace kairos {
namespace {

constexpr char kMagic[8] = {'K', 'A', 'I', 'R', 'O', 'S', 'C', '\n'};
constexpr uint32_t kFormat = 1;
constexpr char kTemporaryPrefix[] = ".kairos-";  // of WriteFileAtomically
constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kAbandonedNs = 3600 * kSecondNs;

// What stands before the content of each file, in the byte order of the machine: a cache does not
// travel, and a file from elsewhere has another format number.
struct Header {
  char magic[8];
  uint32_t format;
  uint32_t zero;
  uint64_t content_bytes;
  uint64_t checksum;
  uint64_t zeros[4];
};
static_assert(sizeof(Header) == 64);  // keeps the content aligned

bool IsCacheFile(const std::string& name) {
  return absl::EndsWith(name, kProgramSuffix) || absl::EndsWith(name, kWeightsSuffix) ||
         absl::StartsWith(name, kTemporaryPrefix);
}

// A file is checked if its time of modification has these nanoseconds and was set when the file was
// last changed in any way. A write, also through a mapping, sets another time of modification, and
// who sets that one back changes the file. Whole microseconds, as some file systems keep no more.
constexpr int64_t kCheckedNs = 271'828'000;
constexpr int64_t kSetWithinNs = 2 * kSecondNs;

bool IsChecked(const FileTimes& times) {
  return times.modified_ns % kSecondNs == kCheckedNs &&
         std::abs(times.changed_ns - times.modified_ns) < kSetWithinNs;
}

// {time of access, time of modification} for utimensat().
std::array<timespec, 2> TimesOfUse(bool checked) {
  const int64_t now = absl::GetCurrentTimeNanos();
  return {timespec{.tv_sec = 0, .tv_nsec = UTIME_OMIT},
          timespec{.tv_sec = now / kSecondNs, .tv_nsec = checked ? kCheckedNs : now % kSecondNs}};
}

}  // namespace

absl::Status CacheDirectory::Prepare() const {
  struct stat info;
  if (stat(path_.c_str(), &info) != 0) {
    if (errno != ENOENT) return ErrnoStatus(errno, path_, "cannot inspect the directory");
    for (size_t slash = path_.find('/', 1);; slash = path_.find('/', slash + 1)) {
      const std::string part = path_.substr(0, slash);
      if (mkdir(part.c_str(), 0700) != 0 && errno != EEXIST) {
        return ErrnoStatus(errno, part, "cannot make the directory");
      }
      if (slash == std::string::npos) break;
    }
    if (stat(path_.c_str(), &info) != 0) {
      return ErrnoStatus(errno, path_, "cannot inspect the directory");
    }
  }
  if (!S_ISDIR(info.st_mode)) {
    return absl::InvalidArgumentError(absl::StrCat(path_, ": is no directory"));
  }
  if (info.st_uid != geteuid()) {
    return absl::PermissionDeniedError(
        absl::StrCat(path_, ": belongs to user ", info.st_uid, ", expected ", geteuid()));
  }
  if ((info.st_mode & 077) != 0) {
    return absl::PermissionDeniedError(absl::StrFormat("%s: has mode %04o, expected 0700; chmod it",
                                                       path_, unsigned{info.st_mode} & 07777u));
  }
  return absl::OkStatus();
}

bool CacheDirectory::File::HasRightContent() const {
  return ContentHash(content.data(), content.size()) == checksum;
}

absl::StatusOr<CacheDirectory::File> CacheDirectory::Open(const std::string& name) const {
  KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const MappedFile> file,
                          MappedFile::OpenOwn(PathOf(name)));
  const absl::Span<const std::byte> bytes = file->bytes();
  Header header;
  if (bytes.size() < sizeof(header)) {
    return absl::DataLossError(
        absl::StrCat("got ", bytes.size(), " bytes, expected at least ", sizeof(header)));
  }
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (std::memcmp(header.magic, kMagic, sizeof(kMagic)) != 0) {
    return absl::DataLossError("is no cache file");
  }
  if (header.format != kFormat) {
    return absl::UnimplementedError(
        absl::StrCat("format ", header.format, " is not known, expected ", kFormat));
  }
  const uint64_t content = bytes.size() - sizeof(header);
  const bool reserved =
      header.zero != 0 || std::any_of(std::begin(header.zeros), std::end(header.zeros),
                                      [](uint64_t z) { return z != 0; });
  if (header.content_bytes != content || reserved) {
    return absl::DataLossError(absl::StrCat("got ", content, " bytes of content, expected ",
                                            header.content_bytes, "; truncated or corrupt"));
  }
  const FileTimes times = file->times();
  return File{bytes.subspan(sizeof(header)), std::move(file), header.checksum, IsChecked(times),
              times};
}

bool CacheDirectory::Has(const std::string& name, uint64_t content_bytes) const {
  struct stat info;
  return lstat(PathOf(name).c_str(), &info) == 0 && S_ISREG(info.st_mode) &&
         static_cast<uint64_t>(info.st_size) == content_bytes + sizeof(Header);
}

void CacheDirectory::MarkUsed(const std::string& name) const {
  const std::string path = PathOf(name);
  struct stat info;
  if (lstat(path.c_str(), &info) != 0) return;
  const auto times = TimesOfUse(IsChecked(FileTimesOf(info)));
  // Fails where the directory may only be read, which does no harm.
  (void)utimensat(AT_FDCWD, path.c_str(), times.data(), AT_SYMLINK_NOFOLLOW);
}

void CacheDirectory::MarkChecked(const std::string& name, const File& compared) const {
  const int fd =
      open(PathOf(name).c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return;
  const absl::Cleanup close_file = [fd] { close(fd); };
  struct stat info;
  if (fdatasync(fd) != 0 || fstat(fd, &info) != 0 || FileTimesOf(info) != compared.times) {
    return;
  }
  (void)futimens(fd, TimesOfUse(true).data());  // as in MarkUsed()
}

absl::Status CacheDirectory::Write(const std::string& name, absl::Span<const std::byte> content,
                                   uint64_t checksum) const {
  Header header{};
  std::memcpy(header.magic, kMagic, sizeof(kMagic));
  header.format = kFormat;
  header.content_bytes = content.size();
  header.checksum = checksum;
  const absl::Span<const std::byte> parts[] = {
      {reinterpret_cast<const std::byte*>(&header), sizeof(header)}, content};
  return WriteFileAtomically(PathOf(name), parts, Flush::kNone);
}

void CacheDirectory::Remove(const std::string& name) const { unlink(PathOf(name).c_str()); }

absl::StatusOr<std::vector<CacheDirectory::Entry>> CacheDirectory::List() const {
  std::error_code error;
  std::filesystem::directory_iterator at(path_, error);
  if (error) return ErrnoStatus(error.value(), path_, "cannot read the directory");
  std::vector<Entry> entries;
  const int64_t now = absl::GetCurrentTimeNanos();
  for (; at != std::filesystem::directory_iterator(); at.increment(error)) {
    if (error) return ErrnoStatus(error.value(), path_, "cannot read the directory");
    std::string name = at->path().filename().string();
    struct stat info;
    if (!IsCacheFile(name) || lstat(at->path().c_str(), &info) != 0) continue;
    if (!S_ISREG(info.st_mode)) continue;
    entries.push_back({std::move(name), static_cast<uint64_t>(info.st_size),
                       std::max<int64_t>(0, now - FileTimesOf(info).modified_ns)});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.name < b.name; });
  return entries;
}

absl::StatusOr<int64_t> CacheDirectory::Evict(uint64_t limit_bytes) const {
  KAIROS_ASSIGN_OR_RETURN(std::vector<Entry> entries, List());
  uint64_t bytes = 0;
  for (const Entry& entry : entries) bytes += entry.bytes;
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.age_ns > b.age_ns; });
  int64_t removed = 0;
  for (const Entry& entry : entries) {
    const bool is_temporary = absl::StartsWith(entry.name, kTemporaryPrefix);
    // A young one is being written by somebody.
    const bool goes = is_temporary ? entry.age_ns > kAbandonedNs : bytes > limit_bytes;
    if (!goes) continue;
    Remove(entry.name);
    bytes -= entry.bytes;
    ++removed;
  }
  return removed;
}

}  // namespace kairos

// How much of a mapping is in memory.
#ifndef KAIROS_TESTS_SUPPORT_RESIDENT_H_
#define KAIROS_TESTS_SUPPORT_RESIDENT_H_

#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

namespace kairos::testing {

// Bytes of the whole pages in [begin, begin + bytes) that this process has; none where the system
// does not tell.
inline std::optional<size_t> ResidentBytes(const void* begin, size_t bytes) {
  const int pages = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (pages < 0) return std::nullopt;
  const auto size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const auto at = reinterpret_cast<uintptr_t>(begin);
  size_t resident = 0;
  bool known = true;
  for (size_t page = (at + size - 1) / size; known && page < (at + bytes) / size; ++page) {
    uint64_t entry = 0;
    const auto offset = static_cast<off_t>(page * sizeof(entry));
    known = pread(pages, &entry, sizeof(entry), offset) == sizeof(entry);
    if ((entry >> 63) != 0) resident += size;
  }
  close(pages);
  if (!known) return std::nullopt;
  return resident;
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_RESIDENT_H_

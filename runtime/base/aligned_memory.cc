#include "base/aligned_memory.h"

#include <cstdint>
#include <cstdlib>
#include <sys/mman.h>

#include "base/checked.h"

namespace kairos {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;      // of x86-64, and of aarch64 with pages of 4 KiB
constexpr size_t kLargestPage = size_t{64} << 10;  // of those that are not huge

// The address sanitizer guards what is on the heap.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kMaps = false;
#elif defined(__has_feature)
constexpr bool kMaps = !__has_feature(address_sanitizer);
#else
constexpr bool kMaps = true;
#endif

// Begins at a multiple of kHugePage. The part of a huge page at the end is of small ones.
AlignedMemory Map(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return {};
  const size_t mapped = AlignUp(bytes, kLargestPage);
  const size_t reserved = mapped + kHugePage;
  void* memory =
      mmap(nullptr, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return {};
  auto* begin = static_cast<std::byte*>(memory);
  const size_t before = -reinterpret_cast<uintptr_t>(begin) % kHugePage;
  if (before > 0) munmap(begin, before);
  begin += before;
  munmap(begin + mapped, kHugePage - before);
#ifdef MADV_HUGEPAGE
  madvise(begin, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);  // as good without them
#endif
  return {begin, mapped};
}

}  // namespace

AlignedMemory AllocateAligned(size_t bytes, MemoryUse use) {
  const size_t map_from = use == MemoryUse::kRun ? kHugePage : 2 * kLargestPage;
  if (kMaps && bytes >= map_from) return Map(bytes);
  return {static_cast<std::byte*>(std::aligned_alloc(kAlignment, AlignUp(bytes, kAlignment))), 0};
}

void FreeAligned(AlignedMemory memory) {
  if (memory.mapped > 0) {
    munmap(memory.data, memory.mapped);
  } else {
    std::free(memory.data);
  }
}

}  // namespace kairos

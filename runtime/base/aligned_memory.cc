#include "base/aligned_memory.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <mutex>
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

// From kHugePage on it begins at a multiple of that. The part of a huge page at the end is of small
// ones.
AlignedMemory Map(size_t bytes) {
  if (bytes > SIZE_MAX / 2) return {};
  const size_t mapped = AlignUp(bytes, kLargestPage);
  const size_t spare = bytes < kHugePage ? 0 : kHugePage;
  void* memory =
      mmap(nullptr, mapped + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return {};
  auto* begin = static_cast<std::byte*>(memory);
  if (spare > 0) {
    const size_t before = -reinterpret_cast<uintptr_t>(begin) % kHugePage;
    if (before > 0) munmap(begin, before);
    begin += before;
    munmap(begin + mapped, kHugePage - before);
#ifdef MADV_HUGEPAGE
    madvise(begin, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);  // as good without them
#endif
  }
  return {begin, mapped, /*zeros=*/true};
}

// Mappings that were freed, the latest last: programs make tensors of the same sizes again and
// again, and fresh memory costs a page fault for each page.
class FreeMappings {
 public:
  // One of `bytes` or somewhat more; null if there is none.
  AlignedMemory Take(size_t bytes) {
    // In a child of a process that was forked meanwhile nobody would ever unlock it.
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return {};
    size_t best = count_;
    for (size_t i = 0; i < count_; ++i) {
      const size_t mapped = mappings_[i].mapped;
      if (mapped < bytes || mapped - bytes > bytes / 4 + kLargestPage) continue;
      if (best == count_ || mapped < mappings_[best].mapped) best = i;
    }
    return best == count_ ? AlignedMemory() : Remove(best);
  }

  // Whether it is kept, in the place of the oldest ones if need be.
  bool Keep(const AlignedMemory& memory) {
    if (memory.mapped > kMaxBytes) return false;
    const std::unique_lock lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock()) return false;
    while (count_ == mappings_.size() || bytes_ + memory.mapped > kMaxBytes) {
      const AlignedMemory oldest = Remove(0);
      munmap(oldest.data, oldest.mapped);
    }
    mappings_[count_++] = {memory.data, memory.mapped, /*zeros=*/false};
    bytes_ += memory.mapped;
    return true;
  }

 private:
  static constexpr size_t kMaxBytes = size_t{4} << 20;

  AlignedMemory Remove(size_t i) {
    const AlignedMemory memory = mappings_[i];
    std::copy(mappings_.begin() + i + 1, mappings_.begin() + count_, mappings_.begin() + i);
    --count_;
    bytes_ -= memory.mapped;
    return memory;
  }

  std::mutex mutex_;
  std::array<AlignedMemory, kMaxBytes / kLargestPage> mappings_;
  size_t count_ = 0, bytes_ = 0;
};

// Never destroyed: tensors may be freed while the process ends.
FreeMappings& TheFreeMappings() {
  static auto* const mappings = new FreeMappings;
  return *mappings;
}

size_t MapFrom(MemoryUse use) {
  if (use == MemoryUse::kTensor) return kLargestPage;
  return use == MemoryUse::kSession ? 2 * kLargestPage : kHugePage;
}

}  // namespace

AlignedMemory AllocateAligned(size_t bytes, MemoryUse use) {
  if (kMaps && bytes >= MapFrom(use)) {
    if (use == MemoryUse::kTensor) {
      const AlignedMemory memory = TheFreeMappings().Take(bytes);
      if (memory.data != nullptr) return memory;
    }
    return Map(bytes);
  }
  return {static_cast<std::byte*>(std::aligned_alloc(kAlignment, AlignUp(bytes, kAlignment)))};
}

void FreeAligned(const AlignedMemory& memory, MemoryUse use) {
  if (memory.mapped == 0) return std::free(memory.data);
  if (use == MemoryUse::kTensor && TheFreeMappings().Keep(memory)) return;
  munmap(memory.data, memory.mapped);
}

}  // namespace kairos

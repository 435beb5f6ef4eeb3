// Uninitialised memory, 64-byte aligned. What is large is mapped: taken from the heap it would
// leave holes there, which smaller allocations then pin. From 2 MiB on it asks for huge pages,
// because the first write to fresh memory is otherwise mostly page faults.
#ifndef KAIROS_RUNTIME_BASE_ALIGNED_MEMORY_H_
#define KAIROS_RUNTIME_BASE_ALIGNED_MEMORY_H_

#include <cstddef>
#include <cstdint>

namespace kairos {

inline constexpr size_t kAlignment = 64;

struct AlignedMemory {
  std::byte* data = nullptr;  // null when memory is short
  size_t mapped = 0;          // bytes of the mapping; 0: from the heap
  bool zeros = false;         // it reads as zeros
};

enum class MemoryUse : uint8_t {
  kRun,      // mapped only from 2 MiB on, as that takes longer than the heap does
  kTensor,   // mapped from 64 KiB on. 4 MiB of those that were freed last stay for the next ones
  kSession,  // stays until it is exchanged for larger memory: mapped from 128 KiB on
};

// `bytes` is rounded up to the alignment, and not 0.
AlignedMemory AllocateAligned(size_t bytes, MemoryUse use = MemoryUse::kRun);
void FreeAligned(const AlignedMemory& memory, MemoryUse use = MemoryUse::kRun);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_ALIGNED_MEMORY_H_

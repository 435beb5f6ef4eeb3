#include "base/aligned_buffer.h"

#include <sys/mman.h>

#include "absl/strings/str_cat.h"
#include "base/checked.h"

namespace kairos {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;  // of x86-64, and of aarch64 with pages of 4 KiB

}  // namespace

absl::StatusOr<AlignedBuffer> AlignedBuffer::Make(size_t bytes) {
  AlignedBuffer buffer;
  if (bytes == 0) return buffer;
  const size_t alignment = bytes >= kHugePage ? kHugePage : kAlignment;
  void* memory = std::aligned_alloc(alignment, AlignUp(bytes, alignment));
  if (memory == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("memory: cannot allocate ", bytes, " bytes"));
  }
#ifdef MADV_HUGEPAGE
  // Advice only: without huge pages the memory is as good.
  if (alignment == kHugePage) madvise(memory, AlignUp(bytes, kHugePage), MADV_HUGEPAGE);
#endif
  buffer.data_.reset(static_cast<std::byte*>(memory));
  buffer.size_ = bytes;
  return buffer;
}

}  // namespace kairos

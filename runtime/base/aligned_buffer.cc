#include "base/aligned_buffer.h"

#include "absl/strings/str_cat.h"

namespace kairos {

absl::StatusOr<AlignedBuffer> AlignedBuffer::Make(size_t bytes, MemoryUse use) {
  AlignedBuffer buffer;
  if (bytes == 0) return buffer;
  const AlignedMemory memory = AllocateAligned(bytes, use);
  if (memory.data == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat("memory: cannot allocate ", bytes, " bytes"));
  }
  buffer.data_ = {memory.data, {memory.mapped}};
  buffer.size_ = bytes;
  return buffer;
}

}  // namespace kairos

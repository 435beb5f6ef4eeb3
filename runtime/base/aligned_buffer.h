// Owns aligned memory: arenas, scratch, packed weights.
#ifndef KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_
#define KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"

#include "base/aligned_memory.h"

namespace kairos {

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // kResourceExhausted when memory is short.
  static absl::StatusOr<AlignedBuffer> Make(size_t bytes, MemoryUse use = MemoryUse::kRun);

  std::byte* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    size_t mapped;
    void operator()(std::byte* p) const { FreeAligned({p, mapped}); }
  };
  std::unique_ptr<std::byte, Free> data_;
  size_t size_ = 0;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_

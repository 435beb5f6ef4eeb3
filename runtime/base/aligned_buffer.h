// Uninitialised memory, 64-byte aligned: arenas, scratch, packed weights.
#ifndef KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_
#define KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/checked.h"

namespace kairos {

inline constexpr size_t kAlignment = 64;

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  static absl::StatusOr<AlignedBuffer> Make(size_t bytes) {
    AlignedBuffer buffer;
    if (bytes == 0) return buffer;
    void* memory = std::aligned_alloc(kAlignment, AlignUp(bytes, kAlignment));
    if (memory == nullptr) {
      return absl::ResourceExhaustedError(absl::StrCat("memory: cannot allocate ", bytes, " bytes"));
    }
    buffer.data_.reset(static_cast<std::byte*>(memory));
    buffer.size_ = bytes;
    return buffer;
  }

  std::byte* data() const { return data_.get(); }
  size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* p) const { std::free(p); }
  };
  std::unique_ptr<std::byte, Free> data_;
  size_t size_ = 0;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_

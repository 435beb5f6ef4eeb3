// Uninitialised memory, 64-byte aligned: arenas, scratch, packed weights. Large ones ask for huge
// pages: the first run over a fresh arena is otherwise mostly page faults.
#ifndef KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_
#define KAIROS_RUNTIME_BASE_ALIGNED_BUFFER_H_

#include <cstddef>
#include <cstdlib>
#include <memory>

#include "absl/status/statusor.h"

namespace kairos {

inline constexpr size_t kAlignment = 64;

class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  // kResourceExhausted when memory is short.
  static absl::StatusOr<AlignedBuffer> Make(size_t bytes);

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

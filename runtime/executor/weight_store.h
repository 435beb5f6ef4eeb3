// Packed copies of weights, shared by the sessions of a Model and keyed by (weight, layout).
#ifndef KAIROS_RUNTIME_EXECUTOR_WEIGHT_STORE_H_
#define KAIROS_RUNTIME_EXECUTOR_WEIGHT_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/aligned_buffer.h"
#include "kairos/kernel.h"

namespace kairos {

// Bytes of a weight and what keeps them alive.
struct WeightBytes {
  const void* data = nullptr;
  std::shared_ptr<const void> owner;
};

// Thread-safe. One packing per key at a time; other keys do not wait for it.
class WeightStore {
 public:
  // packed_inputs()[index] of `kernel` made from `plain`.
  absl::StatusOr<std::shared_ptr<const AlignedBuffer>> GetOrPack(const Kernel& kernel,
                                                                 size_t index, WeightBytes plain,
                                                                 ThreadPool& pool);
  uint64_t bytes() const;

 private:
  struct Entry {
    absl::Mutex mutex;
    WeightBytes plain;  // held, so that no other weight comes to lie at its address
    std::shared_ptr<const AlignedBuffer> packed;
  };
  mutable absl::Mutex mutex_;
  std::map<std::pair<const void*, std::string>, std::shared_ptr<Entry>> entries_;
  uint64_t bytes_ = 0;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_WEIGHT_STORE_H_

// Packed copies of weights, shared by the sessions of a Model and keyed by (weight, layout).
#ifndef KAIROS_RUNTIME_EXECUTOR_WEIGHT_STORE_H_
#define KAIROS_RUNTIME_EXECUTOR_WEIGHT_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/statusor.h"

#include "base/aligned_buffer.h"
#include "kairos/kernel.h"

namespace kairos {

// Bytes of a weight and what keeps them alive.
struct WeightBytes {
  const void* data = nullptr;
  std::shared_ptr<const void> owner;
};

// Thread-safe. One packing per key at a time; other keys do not wait for it. What nobody can ask
// for again, since all graphs and Programs with the weight are gone, goes as well.
class WeightStore {
 public:
  // packed_inputs()[index] of `kernel` made from `plain`.
  absl::StatusOr<std::shared_ptr<const AlignedBuffer>> GetOrPack(const Kernel& kernel,
                                                                 size_t index, WeightBytes plain,
                                                                 ThreadPool& pool);
  uint64_t bytes() const;

 private:
  struct Entry {
    std::mutex mutex;
    WeightBytes plain;  // held, so that no other weight comes to lie at its address
    std::shared_ptr<const AlignedBuffer> packed;
  };
  using Entries = std::map<std::pair<const void*, std::string>, std::shared_ptr<Entry>>;
  void Sweep();  // locked

  mutable std::mutex mutex_;
  Entries entries_;
  size_t sweep_at_ = 64;  // entries; the next time has twice as many as are left
  uint64_t bytes_ = 0;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_WEIGHT_STORE_H_

// Kernels by key, shared by the sessions of a Runtime. Thread-safe; one compilation per key at a
// time, other keys never wait for it.
#ifndef KAIROS_KERNEL_CACHE_H_
#define KAIROS_KERNEL_CACHE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "kairos/kernel.h"

namespace kairos {

class KernelCache {
 public:
  // Holds at most `limit_bytes` of Kernel::memory_bytes(); least recently used ones go first, and
  // live on while somebody uses them. It finds those that are quick to make while somebody uses
  // them, and holds none.
  explicit KernelCache(size_t limit_bytes);
  ~KernelCache();

  struct Found {
    std::shared_ptr<const Kernel> kernel;
    bool hit = false;
    int64_t wait_ns = 0;  // spent waiting for another thread that made it
  };
  using Maker = std::function<absl::StatusOr<std::unique_ptr<Kernel>>()>;
  // The kernel of `key`, made by `make` when absent. A failure is returned to every caller that
  // waited for it and is not kept.
  absl::StatusOr<Found> GetOrMake(const std::string& key, const Maker& make);

  struct Stats {
    int64_t hits = 0, misses = 0, evictions = 0;
    size_t bytes = 0;    // held
    size_t entries = 0;  // that are found
  };
  Stats stats() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace kairos

#endif  // KAIROS_KERNEL_CACHE_H_

#include "kairos/kernel_cache.h"

#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <utility>

#include "absl/container/flat_hash_map.h"

namespace kairos {
namespace {

// A compilation that others may wait for.
struct Flight {
  bool done = false;
  std::condition_variable landed;
  absl::StatusOr<std::shared_ptr<const Kernel>> result = absl::UnknownError("not made");
};

struct Entry {
  std::string key;
  std::shared_ptr<const Kernel> kernel;
  size_t bytes = 0;
};

}  // namespace

struct KernelCache::Impl {
  explicit Impl(size_t limit) : limit_bytes(limit) {}

  const size_t limit_bytes;
  mutable std::mutex mutex;
  std::list<Entry> by_use;  // most recently used first
  absl::flat_hash_map<std::string, std::list<Entry>::iterator> entries;
  absl::flat_hash_map<std::string, std::shared_ptr<Flight>> flights;
  Stats stats;

  std::shared_ptr<const Kernel> Touch(const std::string& key) {
    auto it = entries.find(key);
    if (it == entries.end()) return nullptr;
    by_use.splice(by_use.begin(), by_use, it->second);
    return it->second->kernel;
  }

  void Insert(const std::string& key, std::shared_ptr<const Kernel> kernel) {
    const size_t bytes = kernel->memory_bytes() + key.size();
    by_use.push_front({key, std::move(kernel), bytes});
    entries[key] = by_use.begin();
    stats.bytes += bytes;
    while (stats.bytes > limit_bytes) {
      stats.bytes -= by_use.back().bytes;
      entries.erase(by_use.back().key);
      by_use.pop_back();
      ++stats.evictions;
    }
  }
};

KernelCache::KernelCache(size_t limit_bytes) : impl_(std::make_unique<Impl>(limit_bytes)) {}
KernelCache::~KernelCache() = default;

absl::StatusOr<KernelCache::Found> KernelCache::GetOrMake(const std::string& key,
                                                          const Maker& make) {
  Impl& impl = *impl_;
  std::shared_ptr<Flight> flight;
  {
    std::unique_lock lock(impl.mutex);
    if (auto kernel = impl.Touch(key)) {
      ++impl.stats.hits;
      return Found{std::move(kernel), true};
    }
    auto [it, first] = impl.flights.try_emplace(key);
    if (!first) {
      flight = it->second;
      const auto start = std::chrono::steady_clock::now();
      flight->landed.wait(lock, [&] { return flight->done; });
      if (!flight->result.ok()) return flight->result.status();
      ++impl.stats.hits;
      const std::chrono::nanoseconds waited = std::chrono::steady_clock::now() - start;
      return Found{*flight->result, true, waited.count()};
    }
    it->second = flight = std::make_shared<Flight>();
    ++impl.stats.misses;
  }
  absl::StatusOr<std::unique_ptr<Kernel>> made = make();
  const std::lock_guard lock(impl.mutex);
  if (made.ok()) {
    flight->result = std::shared_ptr<const Kernel>(*std::move(made));
    impl.Insert(key, *flight->result);
  } else {
    flight->result = made.status();
  }
  flight->done = true;
  flight->landed.notify_all();
  impl.flights.erase(key);
  if (!flight->result.ok()) return flight->result.status();
  return Found{*flight->result, false};
}

KernelCache::Stats KernelCache::stats() const {
  const std::lock_guard lock(impl_->mutex);
  Stats stats = impl_->stats;
  stats.entries = impl_->entries.size();
  return stats;
}

}  // namespace kairos

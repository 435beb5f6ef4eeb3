#include "kairos/kernel_cache.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <list>
#include <mutex>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

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
  absl::flat_hash_map<absl::string_view, std::list<Entry>::iterator> entries;  // by their own keys
  // Those that are quick to make and in use, and some that were.
  absl::flat_hash_map<std::string, std::weak_ptr<const Kernel>> used;
  size_t sweep_at = 64;  // size of `used`
  absl::flat_hash_map<std::string, std::shared_ptr<Flight>> flights;
  Stats stats;

  std::shared_ptr<const Kernel> Touch(const std::string& key) {
    const auto it = entries.find(key);
    if (it == entries.end()) {
      const auto in_use = used.find(key);
      return in_use == used.end() ? nullptr : in_use->second.lock();
    }
    by_use.splice(by_use.begin(), by_use, it->second);
    return it->second->kernel;
  }

  void Insert(const std::string& key, std::shared_ptr<const Kernel> kernel) {
    if (kernel->quick_to_make()) {
      if (used.size() >= sweep_at) Sweep();
      used[key] = kernel;
    } else {
      Keep(key, std::move(kernel));
    }
  }

  void Sweep() {
    absl::erase_if(used, [](const auto& entry) { return entry.second.expired(); });
    sweep_at = std::max<size_t>(64, 2 * used.size());
  }

  void Keep(const std::string& key, std::shared_ptr<const Kernel> kernel) {
    const size_t bytes = kernel->memory_bytes() + key.size();
    by_use.push_front({key, std::move(kernel), bytes});
    entries[by_use.front().key] = by_use.begin();
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
  for (const auto& [key, kernel] : impl_->used) stats.entries += !kernel.expired();
  return stats;
}

}  // namespace kairos

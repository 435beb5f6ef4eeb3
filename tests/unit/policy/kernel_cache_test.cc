#include "kairos/kernel_cache.h"

#include <atomic>
#include <doctest/doctest.h>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace kairos {
namespace {

class StubKernel : public Kernel {
 public:
  explicit StubKernel(size_t bytes, std::atomic<int>* alive = nullptr)
      : bytes_(bytes), alive_(alive) {
    if (alive_ != nullptr) ++*alive_;
  }
  ~StubKernel() override {
    if (alive_ != nullptr) --*alive_;
  }
  absl::string_view name() const override { return "stub"; }
  size_t memory_bytes() const override { return bytes_; }
  absl::Status Run(const KernelArgs&, State*) const override { return absl::OkStatus(); }

 private:
  const size_t bytes_;
  std::atomic<int>* const alive_;
};

class QuickKernel : public StubKernel {
 public:
  using StubKernel::StubKernel;
  bool quick_to_make() const override { return true; }
};

KernelCache::Maker Make(size_t bytes, std::atomic<int>* alive = nullptr) {
  return [=] { return std::make_unique<StubKernel>(bytes, alive); };
}

bool IsHit(KernelCache& cache, const std::string& key, size_t bytes = 100) {
  return cache.GetOrMake(key, Make(bytes))->hit;
}

TEST_CASE("a kernel is made once and found after that") {
  KernelCache cache(1000);
  auto first = cache.GetOrMake("a", Make(100));
  auto second = cache.GetOrMake("a", Make(100));
  REQUIRE(first.ok());
  REQUIRE(second.ok());
  CHECK_FALSE(first->hit);
  CHECK(second->hit);
  CHECK(first->kernel == second->kernel);
  CHECK(cache.stats().hits == 1);
  CHECK(cache.stats().misses == 1);
  CHECK(cache.stats().entries == 1);
  CHECK(cache.stats().bytes >= 100);
}

TEST_CASE("16 threads that want the same keys cause one compilation per key") {
  constexpr int kThreads = 16, kKeys = 8;
  KernelCache cache(1 << 20);
  std::atomic<int> made[kKeys] = {};
  std::atomic<int> started{0}, misses{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      ++started;
      for (int k = 0; k < kKeys; ++k) {
        auto found = cache.GetOrMake(std::to_string(k), [&, k] {
          while (started < kThreads) std::this_thread::yield();  // so that others come to wait
          ++made[k];
          return std::make_unique<StubKernel>(10);
        });
        if (found.ok() && !found->hit) ++misses;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::atomic<int>& count : made) CHECK(count == 1);
  CHECK(misses == kKeys);
  CHECK(cache.stats().misses == kKeys);
  CHECK(cache.stats().hits == kThreads * kKeys - kKeys);
}

TEST_CASE("other keys do not wait for a slow compilation") {
  KernelCache cache(1000);
  IsHit(cache, "known");
  std::latch compiling(1), go_on(1);
  std::thread slow([&] {
    cache
        .GetOrMake("slow",
                   [&] {
                     compiling.count_down();
                     go_on.wait();
                     return std::make_unique<StubKernel>(10);
                   })
        .status()
        .IgnoreError();
  });
  compiling.wait();
  CHECK_FALSE(IsHit(cache, "new"));
  CHECK(IsHit(cache, "known"));
  go_on.count_down();
  slow.join();
  CHECK(IsHit(cache, "slow"));
}

TEST_CASE("a compilation may ask for another kernel") {
  KernelCache cache(1000);
  auto outer = cache.GetOrMake("outer", [&] {
    IsHit(cache, "inner");
    return std::make_unique<StubKernel>(10);
  });
  CHECK(outer.ok());
  CHECK(IsHit(cache, "inner"));
}

TEST_CASE("the least recently used kernels go when the bytes are used up") {
  KernelCache cache(350);
  for (const char* key : {"a", "b", "c"}) IsHit(cache, key);
  CHECK(IsHit(cache, "a"));
  IsHit(cache, "d");
  CHECK(cache.stats().evictions == 1);
  CHECK(cache.stats().bytes <= 350);
  CHECK(cache.stats().entries == 3);
  CHECK(IsHit(cache, "a"));
  CHECK(IsHit(cache, "c"));
  CHECK_FALSE(IsHit(cache, "b"));
}

TEST_CASE("an evicted kernel lives on while somebody uses it") {
  std::atomic<int> alive{0};
  KernelCache cache(150);
  auto used = cache.GetOrMake("a", Make(100, &alive));
  IsHit(cache, "b");
  CHECK(cache.stats().evictions == 1);
  CHECK(alive == 1);
  used->kernel.reset();
  CHECK(alive == 0);
}

TEST_CASE("a kernel larger than the cache is handed out and not kept") {
  KernelCache cache(150);
  auto big = cache.GetOrMake("big", Make(1000));
  REQUIRE(big.ok());
  CHECK(big->kernel->memory_bytes() == 1000);
  CHECK(cache.stats().bytes == 0);
  CHECK(cache.stats().entries == 0);
}

TEST_CASE("kernels that are quick to make are found while somebody uses them, and not held") {
  std::atomic<int> alive{0};
  const auto quick = [&] { return std::make_unique<QuickKernel>(100, &alive); };
  KernelCache cache(1000);
  auto used = cache.GetOrMake("used", quick);
  for (int i = 0; i < 200; ++i) CHECK_FALSE(cache.GetOrMake(std::to_string(i), quick)->hit);
  CHECK(alive == 1);
  CHECK(cache.stats().entries == 1);
  CHECK(cache.stats().bytes == 0);
  CHECK(cache.GetOrMake("used", quick)->kernel == used->kernel);
  CHECK_FALSE(cache.GetOrMake("0", quick)->hit);
  used->kernel.reset();
  CHECK(cache.stats().entries == 0);
  CHECK_FALSE(cache.GetOrMake("used", quick)->hit);
}

TEST_CASE("a failure is returned and not kept") {
  KernelCache cache(1000);
  const auto fail = []() -> absl::StatusOr<std::unique_ptr<Kernel>> {
    return absl::UnimplementedError("not this one");
  };
  const absl::Status status = cache.GetOrMake("a", fail).status();
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(std::string(status.message()) == "not this one");
  CHECK(cache.stats().entries == 0);
  CHECK_FALSE(IsHit(cache, "a"));
  CHECK(IsHit(cache, "a"));
}

TEST_CASE("those who waited for a compilation that fails get its error") {
  constexpr int kThreads = 4;
  KernelCache cache(1000);
  std::atomic<int> started{0}, failed{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      ++started;
      auto found = cache.GetOrMake("a", [&]() -> absl::StatusOr<std::unique_ptr<Kernel>> {
        while (started < kThreads) std::this_thread::yield();
        return absl::InternalError("broken");
      });
      failed += found.status().code() == absl::StatusCode::kInternal;
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failed == kThreads);
}

}  // namespace
}  // namespace kairos

#include "kairos/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <doctest/doctest.h>
#include <map>
#include <mutex>
#include <numeric>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace kairos {
namespace {

// How often each index was called.
std::vector<int> CountCalls(ThreadPool& pool, int64_t count) {
  std::vector<std::atomic<int>> calls(static_cast<size_t>(count));
  pool.ParallelFor(count, [&](int64_t i) { calls[static_cast<size_t>(i)]++; });
  return {calls.begin(), calls.end()};
}

TEST_CASE("every index is called exactly once, whatever the counts of indices and threads") {
  for (int threads : {1, 2, 3, 8}) {
    const auto pool = NewThreadPool(threads);
    CHECK(pool->thread_count() == threads);
    for (int64_t count : {0, 1, 2, 3, 31, 32, 33, 127, 128, 129, 1000, 4099}) {
      CAPTURE(threads);
      CAPTURE(count);
      CHECK(CountCalls(*pool, count) == std::vector<int>(static_cast<size_t>(count), 1));
    }
  }
}

TEST_CASE("results are visible to the caller after each of many short jobs") {
  const auto pool = NewThreadPool(4);
  int64_t wrong = 0;
  for (int64_t job = 0; job < 20000; ++job) {
    std::vector<int64_t> results(7, -1);
    pool->ParallelFor(7, [&](int64_t i) { results[static_cast<size_t>(i)] = job * i; });
    for (int64_t i = 0; i < 7; ++i) wrong += results[static_cast<size_t>(i)] != job * i;
  }
  CHECK(wrong == 0);
}

TEST_CASE("several threads take part in a job") {
  const auto pool = NewThreadPool(2);
  std::atomic<int> arrived{0};
  // Ends only when both bodies run at once.
  pool->ParallelFor(2, [&](int64_t) {
    arrived++;
    while (arrived < 2) std::this_thread::yield();
  });
  CHECK(arrived == 2);
}

TEST_CASE("each thread begins with its own part, the same one in each job") {
  constexpr int kThreads = 3;
  constexpr int64_t kCount = 30;
  const auto pool = NewThreadPool(kThreads);
  std::map<std::thread::id, int64_t> firsts;
  for (int job = 0; job < 20; ++job) {
    std::mutex mutex;
    std::map<std::thread::id, int64_t> first;
    std::atomic<int> arrived{0};
    pool->ParallelFor(kCount, [&](int64_t i) {
      {
        const std::lock_guard lock(mutex);
        if (!first.try_emplace(std::this_thread::get_id(), i).second) return;
      }
      // Nobody helps with another one's part before all have begun with theirs.
      arrived++;
      while (arrived < kThreads) std::this_thread::yield();
    });
    if (job == 0) firsts = first;
    CHECK(first == firsts);
  }
  CHECK(firsts[std::this_thread::get_id()] == 0);
  std::set<int64_t> begins;
  for (const auto& [id, first] : firsts) begins.insert(first);
  CHECK(begins == std::set<int64_t>{0, 10, 20});
}

TEST_CASE("a pool of one thread runs everything on the caller, in order") {
  const auto pool = NewThreadPool(1);
  std::vector<int64_t> order;
  pool->ParallelFor(5, [&](int64_t i) { order.push_back(i); });
  CHECK(order == std::vector<int64_t>{0, 1, 2, 3, 4});
}

TEST_CASE("a call from inside a body runs on the calling thread alone") {
  const auto pool = NewThreadPool(4);
  const auto other = NewThreadPool(2);
  for (ThreadPool* inner : {pool.get(), other.get()}) {
    std::atomic<int> strangers{0}, calls{0};
    pool->ParallelFor(8, [&](int64_t) {
      const auto outer_thread = std::this_thread::get_id();
      inner->ParallelFor(8, [&](int64_t) {
        calls++;
        strangers += std::this_thread::get_id() != outer_thread;
      });
    });
    CHECK(calls == 64);
    CHECK(strangers == 0);
  }
}

TEST_CASE("many threads may use a pool at once") {
  const auto pool = NewThreadPool(3);
  std::atomic<int64_t> sum{0};
  std::vector<std::thread> users;
  for (int user = 0; user < 4; ++user) {
    users.emplace_back([&] {
      for (int job = 0; job < 2000; ++job) {
        pool->ParallelFor(10, [&](int64_t i) { sum += i; });
      }
    });
  }
  for (std::thread& user : users) user.join();
  CHECK(sum == int64_t{4} * 2000 * 45);
}

TEST_CASE("a second caller does not wait for a pool that is busy") {
  const auto pool = NewThreadPool(2);
  std::atomic<bool> started{false}, second_done{false};
  std::thread first([&] {
    pool->ParallelFor(2, [&](int64_t) {
      started = true;
      while (!second_done) std::this_thread::yield();
    });
  });
  while (!started) std::this_thread::yield();
  const auto self = std::this_thread::get_id();
  int on_self = 0;
  pool->ParallelFor(16, [&](int64_t) { on_self += std::this_thread::get_id() == self; });
  second_done = true;
  first.join();
  CHECK(on_self == 16);
}

TEST_CASE("pools can be made and dropped at any time") {
  for (int i = 0; i < 200; ++i) {
    const auto pool = NewThreadPool(3);
    if (i % 2 == 0) CHECK(CountCalls(*pool, 3) == std::vector<int>{1, 1, 1});
  }
}

TEST_CASE("a forked child runs jobs by itself and can drop the pool") {
  auto pool = NewThreadPool(3);
  CHECK(CountCalls(*pool, 9) == std::vector<int>(9, 1));
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    alarm(10);  // a hang must not outlive the test
    int calls = 0;
    pool->ParallelFor(100, [&](int64_t) { calls++; });
    pool.reset();
    _exit(calls == 100 ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

TEST_CASE("ranges cover everything once, each at least as long as the grain") {
  const auto pool = NewThreadPool(3);
  for (int64_t count : {0, 1, 5, 9, 10, 11, 300}) {
    for (int64_t grain : {0, 1, 4, 100, 1000}) {
      CAPTURE(count);
      CAPTURE(grain);
      std::vector<std::atomic<int>> calls(static_cast<size_t>(count));
      std::atomic<int64_t> ranges{0}, shortest{INT64_MAX};
      ParallelRanges(*pool, count, grain, [&](int64_t begin, int64_t end) {
        ranges++;
        int64_t least = shortest;
        while (end - begin < least && !shortest.compare_exchange_weak(least, end - begin)) {
        }
        for (int64_t i = begin; i < end; ++i) calls[static_cast<size_t>(i)]++;
      });
      CHECK(std::all_of(calls.begin(), calls.end(), [](const auto& c) { return c == 1; }));
      CHECK(ranges <= 3);
      if (ranges > 1) CHECK(shortest >= std::max<int64_t>(grain, 1));
      if (count > 0) CHECK(ranges >= 1);
    }
  }
}

TEST_CASE("the default number of threads is at least one and what a pool of 0 threads gets") {
  CHECK(DefaultThreadCount() >= 1);
  CHECK(NewThreadPool(0)->thread_count() == DefaultThreadCount());
}

}  // namespace
}  // namespace kairos

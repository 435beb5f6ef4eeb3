#include "base/background_queue.h"

#include <atomic>
#include <sched.h>
#include <sys/resource.h>
#include <thread>
#include <vector>

#include "doctest/doctest.h"

namespace kairos {
namespace {

TEST_CASE("jobs run in order, one at a time, on another thread") {
  std::vector<int> order;
  std::thread::id worker;
  BackgroundQueue queue;
  for (int i = 0; i < 100; ++i) {
    queue.Add([&order, &worker, i] {
      order.push_back(i);
      worker = std::this_thread::get_id();
    });
  }
  queue.Wait();
  REQUIRE(order.size() == 100);
  for (int i = 0; i < 100; ++i) CHECK(order[static_cast<size_t>(i)] == i);
  CHECK(worker != std::this_thread::get_id());
}

TEST_CASE("a queue that ran dry takes more") {
  std::atomic<int> count{0};
  BackgroundQueue queue;
  queue.Wait();
  for (int round = 0; round < 50; ++round) {
    queue.Add([&count] { ++count; });
    queue.Wait();
    CHECK(count == round + 1);
  }
}

TEST_CASE("its end waits for all jobs, and several threads may add some") {
  std::atomic<int> count{0};
  {
    BackgroundQueue queue;
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) queue.Add([&count] { ++count; });
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  CHECK(count == 800);
}

#ifdef SCHED_IDLE
TEST_CASE("its thread has a low priority, or works only where nothing else does") {
  for (const auto priority : {BackgroundQueue::Priority::kLow, BackgroundQueue::Priority::kIdle}) {
    int scheduler = -1, nice = 0;
    BackgroundQueue queue("test", priority);
    queue.Add([&] {
      scheduler = sched_getscheduler(0);
      nice = getpriority(PRIO_PROCESS, 0);
    });
    queue.Wait();
    CHECK(nice >= 10);
    CHECK((scheduler == SCHED_IDLE) == (priority == BackgroundQueue::Priority::kIdle));
  }
}
#endif

}  // namespace
}  // namespace kairos

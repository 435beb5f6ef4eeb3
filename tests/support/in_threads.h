// Runs a body in several threads that begin at the same moment.
#ifndef KAIROS_TESTS_SUPPORT_IN_THREADS_H_
#define KAIROS_TESTS_SUPPORT_IN_THREADS_H_

#include <cstddef>
#include <functional>
#include <latch>
#include <thread>
#include <vector>

namespace kairos::testing {

// Calls body(0) ... body(count - 1), each in a thread of its own, and returns when all have.
inline void InThreads(size_t count, const std::function<void(size_t)>& body) {
  std::latch ready(static_cast<std::ptrdiff_t>(count));
  std::vector<std::thread> threads;
  for (size_t t = 0; t < count; ++t) {
    threads.emplace_back([&ready, &body, t] {
      ready.arrive_and_wait();
      body(t);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_SUPPORT_IN_THREADS_H_

// The threads that kernels run on. A Runtime makes one pool, or uses the host's through this
// interface; the CPU library below runs on the same threads.
#ifndef KAIROS_THREAD_POOL_H_
#define KAIROS_THREAD_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/functional/function_ref.h"

namespace kairos {

class ThreadPool {
 public:
  virtual ~ThreadPool() = default;
  // Threads that work on one ParallelFor, the caller among them; at least 1, constant.
  virtual int thread_count() const = 0;
  // Calls body(0) ... body(count - 1), each exactly once, in any order and on any thread, and
  // returns when all have returned. Safe from several threads at once; a call from inside a body
  // runs on the calling thread alone. `body` must not throw.
  virtual void ParallelFor(int64_t count, absl::FunctionRef<void(int64_t)> body) = 0;
};

// Splits [0, count) into at most thread_count() contiguous ranges of at least `grain` and calls
// body(begin, end) for each; runs inline when one range is left.
void ParallelRanges(ThreadPool& pool, int64_t count, int64_t grain,
                    absl::FunctionRef<void(int64_t begin, int64_t end)> body);

// Threads that this process may use: its CPU affinity and cgroup quota considered; at least 1.
int DefaultThreadCount();

// A pool of `thread_count` threads (the caller counts as one; 1 starts none; 0 means
// DefaultThreadCount()). Idle threads spin for some microseconds, then sleep.
std::unique_ptr<ThreadPool> NewThreadPool(int thread_count);

}  // namespace kairos

#endif  // KAIROS_THREAD_POOL_H_

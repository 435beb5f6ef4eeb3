// A pool without threads of its own: its caller does the work. For work beside the runs of a
// session, whose kernels are meant for the threads of another pool.
#ifndef KAIROS_RUNTIME_BASE_INLINE_POOL_H_
#define KAIROS_RUNTIME_BASE_INLINE_POOL_H_

#include "kairos/thread_pool.h"

namespace kairos {

class InlinePool final : public ThreadPool {
 public:
  // `thread_count`: what it says it has.
  explicit InlinePool(int thread_count) : thread_count_(thread_count) {}

  int thread_count() const override { return thread_count_; }
  void ParallelFor(int64_t count, absl::FunctionRef<void(int64_t)> body) override {
    for (int64_t i = 0; i < count; ++i) body(i);
  }

 private:
  const int thread_count_;
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_INLINE_POOL_H_

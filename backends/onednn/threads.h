// The library runs its loops on Kairos' threads: an adapter of a ThreadPool for its streams, and
// the thread count it is to assume while a primitive is made.
#ifndef KAIROS_BACKENDS_ONEDNN_THREADS_H_
#define KAIROS_BACKENDS_ONEDNN_THREADS_H_

#include <cstdint>
#include <functional>

#include "oneapi/dnnl/dnnl_config.h"
#include "oneapi/dnnl/dnnl_threadpool_iface.hpp"

#include "kairos/thread_pool.h"

namespace kairos::onednn {

static_assert(DNNL_CPU_RUNTIME == DNNL_RUNTIME_THREADPOOL,
              "this oneDNN has threads of its own; build one with subprojects/onednn.sh");

// Says it has `thread_count` threads, whatever pool does the work: the library divides the work by
// that number, and a pool of any size runs the parts.
class PoolAdapter final : public dnnl::threadpool_interop::threadpool_iface {
 public:
  explicit PoolAdapter(int thread_count) : thread_count_(thread_count) {}

  // The pool of the runs to come; not owned.
  void set_pool(ThreadPool* pool) { pool_ = pool; }

  int get_num_threads() const override { return thread_count_; }
  bool get_in_parallel() const override;
  void parallel_for(int n, const std::function<void(int, int)>& body) override;
  uint64_t get_flags() const override { return 0; }
  // Part of the interface from 3.11 on; parallel_for() has waited.
  virtual void wait() {}

 private:
  const int thread_count_;
  ThreadPool* pool_ = nullptr;
};

// While it lives, primitives made on this thread are made for `thread_count` threads.
class ScopedConcurrency {
 public:
  explicit ScopedConcurrency(int thread_count);
  ~ScopedConcurrency();
  ScopedConcurrency(const ScopedConcurrency&) = delete;
  ScopedConcurrency& operator=(const ScopedConcurrency&) = delete;

 private:
  int previous_ = 0;
};

}  // namespace kairos::onednn

#endif  // KAIROS_BACKENDS_ONEDNN_THREADS_H_

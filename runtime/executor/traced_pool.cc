#include "executor/traced_pool.h"

#include <utility>

namespace kairos {
namespace {

// Bodies that call ParallelFor again run it alone; they belong to the span of the outer one.
thread_local bool inside_span = false;

class TracedPool final : public ThreadPool {
 public:
  TracedPool(ThreadPool& pool, std::function<int64_t()> clock_ns, PoolListener listener)
      : pool_(pool), clock_ns_(std::move(clock_ns)), listener_(std::move(listener)) {}

  int thread_count() const override { return pool_.thread_count(); }

  // As many bodies as threads: each takes a share of the indices, and is one span.
  void ParallelFor(int64_t count, absl::FunctionRef<void(int64_t)> body) override {
    if (inside_span || count <= 1) return pool_.ParallelFor(count, body);
    int64_t caller_end_ns = 0;
    const auto is_caller = [caller = &inside_span] { return caller == &inside_span; };
    ParallelRanges(pool_, count, 1, [&](int64_t begin, int64_t end) {
      const int64_t start_ns = clock_ns_();
      inside_span = true;
      for (int64_t i = begin; i < end; ++i) body(i);
      inside_span = false;
      const int64_t end_ns = clock_ns_();
      if (is_caller()) caller_end_ns = end_ns;
      listener_("work", start_ns, end_ns);
    });
    if (caller_end_ns != 0) listener_("wait", caller_end_ns, clock_ns_());
  }

 private:
  ThreadPool& pool_;
  const std::function<int64_t()> clock_ns_;
  const PoolListener listener_;
};

}  // namespace

std::unique_ptr<ThreadPool> NewTracedPool(ThreadPool& pool, std::function<int64_t()> clock_ns,
                                          PoolListener listener) {
  return std::make_unique<TracedPool>(pool, std::move(clock_ns), std::move(listener));
}

}  // namespace kairos

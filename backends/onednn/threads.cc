#include "onednn/threads.h"

#include "oneapi/dnnl/dnnl_threadpool.h"

namespace kairos::onednn {
namespace {

thread_local bool inside_body = false;

}  // namespace

bool PoolAdapter::get_in_parallel() const { return inside_body; }

void PoolAdapter::parallel_for(int n, const std::function<void(int, int)>& body) {
  if (pool_ == nullptr || n <= 1) {
    for (int i = 0; i < n; ++i) body(i, n);
    return;
  }
  pool_->ParallelFor(n, [&](int64_t i) {
    const bool outer = inside_body;
    inside_body = true;
    body(static_cast<int>(i), n);
    inside_body = outer;
  });
}

ScopedConcurrency::ScopedConcurrency(int thread_count) {
  dnnl_threadpool_interop_get_max_concurrency(&previous_);
  dnnl_threadpool_interop_set_max_concurrency(thread_count);
}

ScopedConcurrency::~ScopedConcurrency() { dnnl_threadpool_interop_set_max_concurrency(previous_); }

}  // namespace kairos::onednn

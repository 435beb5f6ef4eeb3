// A thread pool that reports when which of its threads worked.
#ifndef KAIROS_RUNTIME_EXECUTOR_TRACED_POOL_H_
#define KAIROS_RUNTIME_EXECUTOR_TRACED_POOL_H_

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/strings/string_view.h"

#include "kairos/thread_pool.h"

namespace kairos {

// Called on the thread that worked ("work") or waited ("wait"); thread-safe.
using PoolListener = std::function<void(absl::string_view, int64_t start_ns, int64_t end_ns)>;

// Runs on `pool`, which it borrows.
std::unique_ptr<ThreadPool> NewTracedPool(ThreadPool& pool, std::function<int64_t()> clock_ns,
                                          PoolListener listener);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_TRACED_POOL_H_

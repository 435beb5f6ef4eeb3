// A Runtime owns backends, the thread pool and the kernel cache. Make one per process or per
// isolation domain; there are no globals. Thread-safe.
#ifndef KAIROS_RUNTIME_H_
#define KAIROS_RUNTIME_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "kairos/backend.h"
#include "kairos/kernel_cache.h"
#include "kairos/thread_pool.h"

namespace kairos {

class BackgroundQueue;  // internal: where better Programs are made
class Engine;           // internal: the inside of a session
class ProgramBudget;    // internal: what sessions' Programs take
class ProgramCache;
class SharedModels;  // internal: what sessions of one model share

struct RuntimeOptions {
  int threads = 0;                    // 0: as many as this process may use
  ThreadPool* thread_pool = nullptr;  // the host's; outlives the Runtime; `threads` is ignored
  std::string backend;                // only this one (and "reference"); empty: all
  size_t kernel_cache_bytes = size_t{64} << 20;
  // What all sessions together may keep of Programs, with the kernels these need: a session that
  // makes another one drops those it has not run for longest, down to an equal share of the limit.
  // The next run of such a signature makes its Program again. Prepared Programs stay, and so do
  // those of sessions that make none.
  size_t program_bytes = size_t{6} << 20;
  // Where recorded Programs are kept for the next process (program_cache.h); empty: nowhere. Only
  // policies that record ask it. What is wrong with it is in notes(), and is no error.
  std::string cache_directory;
  uint64_t cache_limit_bytes = uint64_t{1} << 30;
  // Backends of the application, tried before the built-in ones, in order.
  std::vector<std::unique_ptr<Backend>> extra_backends;
};

struct ProgramStats {
  uint64_t bytes = 0;  // about
  int64_t count = 0, evictions = 0;
};

class Runtime {
 public:
  // kInvalidArgument: thread count; kUnavailable: a backend asked for by name is absent, with the
  // reason and the names of those that are here.
  static absl::StatusOr<std::shared_ptr<Runtime>> Make(RuntimeOptions options = {});
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  ThreadPool& thread_pool() { return *pool_; }
  KernelCache& kernel_cache() { return cache_; }
  absl::Span<Backend* const> backends() const { return backend_order_; }
  // Null: none was asked for.
  ProgramCache* program_cache() { return program_cache_.get(); }
  // Of all sessions' Programs.
  ProgramStats program_stats() const;
  // Why a built-in backend is absent or the cache is of no use, one line each.
  const std::vector<std::string>& notes() const { return notes_; }

 private:
  friend class BackgroundPrograms;
  friend class Engine;
  friend class Session;
  explicit Runtime(const RuntimeOptions& options);
  std::unique_ptr<ThreadPool> owned_pool_;
  ThreadPool* pool_ = nullptr;
  std::vector<std::unique_ptr<Backend>> backends_;
  std::vector<Backend*> backend_order_;
  std::vector<std::string> notes_;
  KernelCache cache_;
  std::unique_ptr<ProgramBudget> program_budget_;
  std::unique_ptr<SharedModels> shared_models_;
  std::unique_ptr<ProgramCache> program_cache_;  // its writer uses the backends
  std::unique_ptr<BackgroundQueue> background_;  // last: its jobs use all of the above
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_H_

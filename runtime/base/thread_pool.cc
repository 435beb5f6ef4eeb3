#include "kairos/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <pthread.h>
#include <signal.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/cpu_limit.h"

namespace kairos {
namespace {

constexpr int kMaxThreads = 1024;
// Longer than the gap between two kernels of a model, shorter than a time slice.
constexpr std::chrono::microseconds kSpinTime{50};
constexpr int kPausesPerClockRead = 32;
// More chunks than threads even out bodies of unequal length; few enough to cost nothing.
constexpr int64_t kChunksPerThread = 16;

using Body = absl::FunctionRef<void(int64_t)>;

// Set while this thread runs a body, of whatever pool.
thread_local bool inside_body = false;

void Pause() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

// True when `done` returned true within kSpinTime.
template <typename Predicate>
bool SpinUntil(const Predicate& done) {
  const auto start = std::chrono::steady_clock::now();
  do {
    for (int i = 0; i < kPausesPerClockRead; ++i) {
      if (done()) return true;
      Pause();
    }
  } while (std::chrono::steady_clock::now() - start < kSpinTime);
  return false;
}

void RunInline(int64_t count, Body body) {
  const bool outer = inside_body;
  inside_body = true;
  for (int64_t i = 0; i < count; ++i) body(i);
  inside_body = outer;
}

// Where part `i` begins of `count` things in `parts` parts, the first of which have one more.
constexpr int64_t PartBegin(int64_t count, int64_t parts, int64_t i) {
  return i * (count / parts) + std::min(i, count % parts);
}

class SerialPool final : public ThreadPool {
 public:
  int thread_count() const override { return 1; }
  void ParallelFor(int64_t count, Body body) override { RunInline(count, body); }
};

// The chunks of a job that one thread begins with: its part of the whole, the same one in each job,
// as what lies there in memory is likely to be in its cache from the job before. Others help when
// they are done with theirs.
class alignas(64) Share {
 public:
  void Set(int32_t begin, int32_t end) {
    range_.store(Pack(begin, end), std::memory_order_release);
  }
  // The first chunk, for the thread itself, or the last one, for others; -1: none is left.
  int32_t TakeFirst() { return Take(1, 0); }
  int32_t TakeLast() { return Take(0, 1); }

 private:
  static uint64_t Pack(int32_t begin, int32_t end) {
    return static_cast<uint64_t>(end) << 32 | static_cast<uint32_t>(begin);
  }
  int32_t Take(int32_t from_begin, int32_t from_end) {
    uint64_t range = range_.load(std::memory_order_relaxed);
    for (;;) {
      const auto begin = static_cast<int32_t>(range), end = static_cast<int32_t>(range >> 32);
      if (begin >= end) return -1;
      if (range_.compare_exchange_weak(range, Pack(begin + from_begin, end - from_end),
                                       std::memory_order_acquire, std::memory_order_relaxed)) {
        return from_begin != 0 ? begin : end - 1;
      }
    }
  }

  std::atomic<uint64_t> range_{0};
};

// One job at a time: its fields, then the shares that hold its chunks. Whoever takes a chunk from a
// share owns one of the job that is current, and that job cannot end (nor its fields change) before
// the chunk is accounted for in unfinished_. So a worker that comes late finds none, or one of a
// newer job, and either is fine.
class WorkerPool final : public ThreadPool {
 public:
  explicit WorkerPool(int thread_count);
  ~WorkerPool() override;

  int thread_count() const override { return static_cast<int>(workers_.size()) + 1; }
  void ParallelFor(int64_t count, Body body) override;

 private:
  void Work(size_t thread);
  // Those of the thread's own share, then what is left of the others.
  void RunChunks(size_t thread);
  void WakeWorkers(int64_t wanted);
  void AwaitChunks();

  const pid_t pid_ = getpid();
  const Body* body_ = nullptr;
  int64_t count_ = 0;
  int64_t chunk_ = 1;
  std::atomic<bool> busy_{false};
  std::atomic<bool> stop_{false};
  std::vector<Share> shares_;  // per thread, the caller's first
  // Apart, as each is written by another set of threads.
  alignas(64) std::atomic<int32_t> unfinished_{0};
  alignas(64) std::atomic<uint32_t> epoch_{0};  // goes up with each job; idle workers wait on it
  std::vector<std::thread> workers_;
};

WorkerPool::WorkerPool(int thread_count) : shares_(static_cast<size_t>(thread_count)) {
  // The host's signal handlers belong on the host's threads.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  workers_.reserve(static_cast<size_t>(thread_count) - 1);
  try {
    for (int i = 1; i < thread_count; ++i) {
      workers_.emplace_back([this, i] { Work(static_cast<size_t>(i)); });
      char name[24];
      std::snprintf(name, sizeof(name), "kairos-%d", i);
      pthread_setname_np(workers_.back().native_handle(), name);
    }
  } catch (const std::system_error&) {
    // The system has no more threads: those that started will do.
  }
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
}

WorkerPool::~WorkerPool() {
  if (getpid() != pid_) {
    // In a forked child the workers do not exist and cannot be joined.
    for (std::thread& worker : workers_) worker.detach();
    return;
  }
  stop_.store(true);
  epoch_.fetch_add(1);
  epoch_.notify_all();
  for (std::thread& worker : workers_) worker.join();
}

void WorkerPool::ParallelFor(int64_t count, Body body) {
  if (count <= 1 || inside_body || workers_.empty() || getpid() != pid_ ||
      busy_.exchange(true, std::memory_order_acquire)) {
    RunInline(count, body);
    return;
  }
  const int threads = thread_count();
  const int64_t most_chunks = threads * kChunksPerThread;
  body_ = &body;
  count_ = count;
  chunk_ = count / most_chunks + (count % most_chunks != 0);
  const auto chunks = static_cast<int32_t>(count / chunk_ + (count % chunk_ != 0));
  unfinished_.store(chunks, std::memory_order_relaxed);
  for (int i = 0; i < threads; ++i) {
    shares_[static_cast<size_t>(i)].Set(static_cast<int32_t>(PartBegin(chunks, threads, i)),
                                        static_cast<int32_t>(PartBegin(chunks, threads, i + 1)));
  }
  WakeWorkers(chunks - 1);
  RunChunks(0);
  AwaitChunks();
  busy_.store(false, std::memory_order_release);
}

void WorkerPool::WakeWorkers(int64_t wanted) {
  // Each notify is a system call only when somebody sleeps.
  epoch_.fetch_add(1);
  if (wanted >= static_cast<int64_t>(workers_.size())) {
    epoch_.notify_all();
  } else {
    for (int64_t i = 0; i < wanted; ++i) epoch_.notify_one();
  }
}

void WorkerPool::RunChunks(size_t thread) {
  int32_t finished = 0;
  inside_body = true;
  for (size_t i = 0; i < shares_.size(); ++i) {
    Share& share = shares_[(thread + i) % shares_.size()];
    for (;;) {
      const int32_t chunk = i == 0 ? share.TakeFirst() : share.TakeLast();
      if (chunk < 0) break;
      const int64_t begin = chunk * chunk_, end = std::min(begin + chunk_, count_);
      for (int64_t k = begin; k < end; ++k) (*body_)(k);
      ++finished;
    }
  }
  inside_body = false;
  if (finished > 0 && unfinished_.fetch_sub(finished) == finished) unfinished_.notify_one();
}

void WorkerPool::AwaitChunks() {
  const auto done = [this] { return unfinished_.load(std::memory_order_acquire) == 0; };
  if (done() || SpinUntil(done)) return;
  for (int32_t left; (left = unfinished_.load(std::memory_order_acquire)) != 0;) {
    unfinished_.wait(left, std::memory_order_acquire);
  }
}

void WorkerPool::Work(size_t thread) {
  while (!stop_.load(std::memory_order_relaxed)) {
    const uint32_t seen = epoch_.load(std::memory_order_acquire);
    RunChunks(thread);
    if (stop_.load(std::memory_order_relaxed)) break;
    const auto changed = [this, seen] { return epoch_.load(std::memory_order_acquire) != seen; };
    if (!SpinUntil(changed)) epoch_.wait(seen, std::memory_order_acquire);
  }
}

}  // namespace

void ParallelRanges(ThreadPool& pool, int64_t count, int64_t grain,
                    absl::FunctionRef<void(int64_t begin, int64_t end)> body) {
  if (count <= 0) return;
  const int64_t fitting = count / std::max<int64_t>(grain, 1);
  const int64_t ranges = std::clamp<int64_t>(fitting, 1, pool.thread_count());
  if (ranges == 1) {
    body(0, count);
    return;
  }
  pool.ParallelFor(ranges, [&](int64_t i) {
    body(PartBegin(count, ranges, i), PartBegin(count, ranges, i + 1));
  });
}

int DefaultThreadCount() {
  const int cpus = AffinityCpuCount();
  const std::optional<double> quota = CgroupCpuQuota("");
  if (!quota.has_value() || *quota >= cpus) return cpus;
  // Rounded down: a thread beyond the quota gets the whole group stopped for the rest of a period.
  return std::max(1, static_cast<int>(std::floor(*quota)));
}

std::unique_ptr<ThreadPool> NewThreadPool(int thread_count) {
  if (thread_count <= 0) thread_count = DefaultThreadCount();
  if (thread_count == 1) return std::make_unique<SerialPool>();
  return std::make_unique<WorkerPool>(std::min(thread_count, kMaxThreads));
}

}  // namespace kairos

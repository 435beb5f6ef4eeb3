// Jobs that may wait: one at a time, in order, on a thread of low priority that lives only while
// there is something to do.
#ifndef KAIROS_RUNTIME_BASE_BACKGROUND_QUEUE_H_
#define KAIROS_RUNTIME_BASE_BACKGROUND_QUEUE_H_

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <sys/types.h>
#include <thread>
#include <unistd.h>

namespace kairos {

// Thread-safe. Jobs must not throw, nor touch the queue that runs them.
class BackgroundQueue {
 public:
  enum class Priority : uint8_t {
    kLow,
    // Works where a processor has nothing else to do, as far as the system knows of such a thing.
    kIdle,
  };
  // `thread_name`: at most 15 characters, kept by reference.
  explicit BackgroundQueue(const char* thread_name = "kairos-writer",
                           Priority priority = Priority::kLow)
      : thread_name_(thread_name), priority_(priority) {}
  // Waits for all jobs, except in a forked child, which has no thread that would do them.
  ~BackgroundQueue();
  BackgroundQueue(const BackgroundQueue&) = delete;
  BackgroundQueue& operator=(const BackgroundQueue&) = delete;

  // Runs `job` before it returns when the system gives no thread.
  void Add(std::function<void()> job);
  // Returns when all jobs that were added before have run.
  void Wait();

 private:
  bool Start();
  void LowerPriority() const;
  void Work();

  const char* const thread_name_;
  const Priority priority_;
  const pid_t pid_ = getpid();
  std::mutex mutex_;
  std::condition_variable idle_;
  std::deque<std::function<void()>> jobs_;
  bool running_ = false;  // a thread will look at jobs_ once more
  std::thread thread_;    // joinable also after it has ended
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_BACKGROUND_QUEUE_H_

#include "base/background_queue.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <system_error>
#include <utility>

namespace kairos {
namespace {

constexpr int kNice = 10;

}  // namespace

BackgroundQueue::~BackgroundQueue() {
  if (getpid() != pid_) {
    if (thread_.joinable()) thread_.detach();
    return;
  }
  Wait();
  if (thread_.joinable()) thread_.join();
}

void BackgroundQueue::Add(std::function<void()> job) {
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    if (running_) return;
    running_ = true;
    if (thread_.joinable()) thread_.join();  // it has nothing left to do but return
    if (Start()) return;
  }
  Work();
}

void BackgroundQueue::Wait() {
  std::unique_lock lock(mutex_);
  idle_.wait(lock, [this] { return !running_; });
}

bool BackgroundQueue::Start() {
  // The host's signal handlers belong on the host's threads.
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  bool started = true;
  try {
    thread_ = std::thread([this] {
      pthread_setname_np(pthread_self(), thread_name_);
      LowerPriority();
      Work();
    });
  } catch (const std::system_error&) {
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &old, nullptr);
  return started;
}

// Of the calling thread; on Linux these functions mean no more than that.
void BackgroundQueue::LowerPriority() const {
  setpriority(PRIO_PROCESS, 0, kNice);
  if (priority_ != Priority::kIdle) return;
#ifdef SCHED_IDLE
  // To Linux a processor that runs only such threads is free: it wakes the threads of a pool there,
  // where it would have them share the processor that they were woken from.
  const sched_param none{};
  sched_setscheduler(0, SCHED_IDLE, &none);
#endif
}

void BackgroundQueue::Work() {
  while (true) {
    std::function<void()> job;
    {
      const std::lock_guard lock(mutex_);
      if (jobs_.empty()) {
        running_ = false;
        idle_.notify_all();
        return;
      }
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    job();
  }
}

}  // namespace kairos

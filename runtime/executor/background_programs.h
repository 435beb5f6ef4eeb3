// Programs that are made on the Runtime's background thread, for one session that runs provisional
// ones meanwhile.
#ifndef KAIROS_RUNTIME_EXECUTOR_BACKGROUND_PROGRAMS_H_
#define KAIROS_RUNTIME_EXECUTOR_BACKGROUND_PROGRAMS_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

#include "executor/prepared_graph.h"
#include "executor/program.h"
#include "executor/shared_model.h"
#include "kairos/model.h"
#include "kairos/session.h"

namespace kairos {

class ProgramSet;

// The graph that Programs are recorded from under a policy. Called on any thread while the Runtime
// lives.
using PrepareFor =
    std::function<absl::StatusOr<std::shared_ptr<const PreparedGraph>>(const Policy&)>;

// Belongs to a session. When it goes, what is being made is given up before its next kernel; nobody
// waits for that but the Runtime's end.
class BackgroundPrograms {
 public:
  BackgroundPrograms(Runtime& runtime, std::shared_ptr<const Model> model,
                     std::shared_ptr<SharedModel> shared, const SessionOptions& options);

  struct Made {
    ProgramSet* set = nullptr;
    std::shared_ptr<const Program> instead_of;
    absl::StatusOr<std::shared_ptr<const Program>> program;
    int64_t duration_ns = 0;
  };
  // So many at a time: a Program that waits to be replaced takes memory.
  static constexpr int kMaxPending = 16;
  // `instead_of`: a Program of the set whose place a Program of the session's policy is to take, if
  // it has not been dropped by then. False, and nothing done, when there are too many.
  bool Make(ProgramSet& set, const PrepareFor& prepare, bool tell_policy,
            std::shared_ptr<const Program> instead_of);
  // Whether something is being made.
  bool busy() const { return inbox_->pending.load(std::memory_order_relaxed) > 0; }
  // Whether Take() would return something.
  bool any_made() const { return inbox_->any.load(std::memory_order_acquire); }
  std::vector<Made> Take();
  // False: some are still being made then.
  bool Await(absl::Time deadline) const;

 private:
  struct Inbox {
    std::atomic<bool> any{false};
    std::mutex mutex;
    std::condition_variable fewer_pending;
    std::vector<Made> made;
    std::atomic<int> pending{0};  // changes under `mutex`
  };
  struct Job;

  Runtime& runtime_;
  const std::shared_ptr<const Model> model_;
  const std::shared_ptr<SharedModel> shared_;
  SessionOptions options_;  // without what belongs to the session's thread
  const std::shared_ptr<Inbox> inbox_ = std::make_shared<Inbox>();  // jobs watch whether it lives
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_BACKGROUND_PROGRAMS_H_

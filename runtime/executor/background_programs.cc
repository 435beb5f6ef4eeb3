#include "executor/background_programs.h"

#include <optional>
#include <utility>

#include "base/background_queue.h"
#include "base/inline_pool.h"
#include "base/status_macros.h"
#include "executor/event_timer.h"
#include "executor/resolver.h"

namespace kairos {

// All it uses is its own or the Runtime's, whose end waits for it.
struct BackgroundPrograms::Job {
  Runtime& runtime;
  std::shared_ptr<const Model> model;
  std::shared_ptr<SharedModel> shared;
  SessionOptions options;
  PrepareFor prepare;
  bool tell_policy;
  ProgramSet* set;  // only passed on
  std::shared_ptr<const Program> instead_of;
  std::weak_ptr<Inbox> inbox;

  absl::StatusOr<std::shared_ptr<const Program>> Make() {
    options.interrupt = [this] {
      return inbox.expired() ? absl::CancelledError("the session is gone") : absl::OkStatus();
    };
    KAIROS_RETURN_IF_ERROR(options.interrupt());
    InlinePool pool(runtime.thread_pool().thread_count());
    Resolver resolver(runtime, shared, options, pool);
    KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const PreparedGraph> prepared,
                            prepare(*options.policy));
    const Signature& signature = instead_of->record.signature;
    KAIROS_ASSIGN_OR_RETURN(std::shared_ptr<const Program> program,
                            RecordProgram(*prepared, signature, resolver, nullptr));
    if (tell_policy) TellRecorded(resolver, program, model);
    return program;
  }

  void Run() {
    std::optional<Made> made;
    if (instead_of.use_count() > 1) {  // the session has it still
      const int64_t start_ns = SteadyNs();
      made = Made{set, instead_of, Make(), 0};
      made->duration_ns = SteadyNs() - start_ns;
    }
    const std::shared_ptr<Inbox> target = inbox.lock();
    if (target == nullptr) return;
    const std::lock_guard lock(target->mutex);
    if (made.has_value()) {
      target->made.push_back(*std::move(made));
      target->any.store(true, std::memory_order_release);
    }
    --target->pending;
    target->fewer_pending.notify_all();
  }
};

BackgroundPrograms::BackgroundPrograms(Runtime& runtime, std::shared_ptr<const Model> model,
                                       std::shared_ptr<SharedModel> shared,
                                       const SessionOptions& options)
    : runtime_(runtime), model_(std::move(model)), shared_(std::move(shared)), options_(options) {
  options_.on_event = nullptr;
  options_.interrupt = nullptr;
  options_.clock_ns = nullptr;
}

bool BackgroundPrograms::Make(ProgramSet& set, const PrepareFor& prepare, bool tell_policy,
                              std::shared_ptr<const Program> instead_of) {
  {
    const std::lock_guard lock(inbox_->mutex);
    if (inbox_->pending == kMaxPending) return false;
    ++inbox_->pending;
  }
  auto job = std::make_shared<Job>(Job{runtime_, model_, shared_, options_, prepare, tell_policy,
                                       &set, std::move(instead_of), inbox_});
  runtime_.background_->Add([job] { job->Run(); });
  return true;
}

std::vector<BackgroundPrograms::Made> BackgroundPrograms::Take() {
  const std::lock_guard lock(inbox_->mutex);
  inbox_->any.store(false, std::memory_order_relaxed);
  return std::exchange(inbox_->made, {});
}

bool BackgroundPrograms::Await(absl::Time deadline) const {
  const auto idle = [this] { return inbox_->pending == 0; };
  std::unique_lock lock(inbox_->mutex);
  if (deadline != absl::InfiniteFuture()) {
    return inbox_->fewer_pending.wait_until(lock, absl::ToChronoTime(deadline), idle);
  }
  inbox_->fewer_pending.wait(lock, idle);
  return true;
}

}  // namespace kairos

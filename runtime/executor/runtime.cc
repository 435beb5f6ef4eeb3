#include "kairos/runtime.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "base/background_queue.h"
#include "executor/program_budget.h"
#include "executor/shared_model.h"
#include "kairos/program_cache.h"

namespace kairos {
namespace {

constexpr int kMaxThreads = 1024;

absl::Status CheckThreads(int threads) {
  if (threads >= 0 && threads <= kMaxThreads) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("threads: got ", threads, ", expected 0 (all) to ", kMaxThreads));
}

}  // namespace

Runtime::Runtime(const RuntimeOptions& options)
    : cache_(options.kernel_cache_bytes),
      program_budget_(std::make_unique<ProgramBudget>(options.program_bytes)),
      shared_models_(std::make_unique<SharedModels>()),
      background_(
          std::make_unique<BackgroundQueue>("kairos-maker", BackgroundQueue::Priority::kIdle)) {}
Runtime::~Runtime() = default;

ProgramStats Runtime::program_stats() const { return program_budget_->stats(); }

absl::StatusOr<std::shared_ptr<Runtime>> Runtime::Make(RuntimeOptions options) {
  absl::Status threads = CheckThreads(options.threads);
  if (!threads.ok()) return threads;
  std::shared_ptr<Runtime> runtime(new Runtime(options));
  if (options.thread_pool == nullptr) runtime->owned_pool_ = NewThreadPool(options.threads);
  runtime->pool_ =
      options.thread_pool != nullptr ? options.thread_pool : runtime->owned_pool_.get();
  runtime->backends_ = std::move(options.extra_backends);
  for (std::unique_ptr<Backend>& backend : NewBuiltInBackends(&runtime->notes_)) {
    runtime->backends_.push_back(std::move(backend));
  }
  if (!options.cache_directory.empty()) {
    runtime->program_cache_ = std::make_unique<ProgramCache>(
        options.cache_directory, options.cache_limit_bytes, *runtime->pool_);
    const absl::Status usable = runtime->program_cache_->status();
    if (!usable.ok()) runtime->notes_.push_back(absl::StrCat("cache on disk: ", usable.message()));
  }
  std::vector<std::string> names;
  bool found = options.backend.empty();
  for (const std::unique_ptr<Backend>& backend : runtime->backends_) {
    names.emplace_back(backend->name());
    const bool wanted = options.backend.empty() || names.back() == options.backend;
    found |= wanted;
    if (wanted || names.back() == "reference") runtime->backend_order_.push_back(backend.get());
  }
  if (!found) {
    std::string message = absl::StrCat("backend '", options.backend, "': not available, expected ",
                                       absl::StrJoin(names, ", "));
    for (const std::string& note : runtime->notes_) absl::StrAppend(&message, "; ", note);
    return absl::UnavailableError(message);
  }
  return runtime;
}

}  // namespace kairos

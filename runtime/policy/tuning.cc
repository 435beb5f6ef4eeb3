#include "kairos/tuning.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"

#include "base/status_macros.h"
#include "base/steady_clock.h"
#include "kairos/policies.h"
#include "policy/kernel_trial.h"

namespace kairos {
namespace {

// Runs of each kernel that count, after one that warms up. No more of them once a node has taken
// kEnoughNs and has kFewRuns of each.
constexpr int kRuns = 10, kFewRuns = 3;
constexpr int64_t kEnoughNs = 300'000'000;
// A kernel that takes so much longer than the best is not run again.
constexpr int64_t kHopeless = 2;
// What another kernel than the backend's choice has to be faster by, in per cent: less is noise.
constexpr int64_t kMarginPercent = 3;

// Measures the kernels of one node.
class Contest {
 public:
  Contest(std::vector<KernelTrial> trials, const CacheSweep& sweep,
          const std::function<int64_t()>& clock_ns, int64_t end_ns, TuneResult* result)
      : trials_(std::move(trials)),
        runs_(trials_.size()),
        sweep_(sweep),
        clock_ns_(clock_ns),
        end_ns_(end_ns),
        result_(*result) {}

  // The number of the kernel to take.
  size_t Run() {
    const int64_t start_ns = clock_ns_();
    for (int round = 0; round <= kRuns; ++round) {
      if (round > kFewRuns && clock_ns_() - start_ns >= kEnoughNs) break;
      for (size_t i = 0; i < trials_.size(); ++i) {
        if (!runs_[i].in) continue;
        if (!RunOnce(i, round == 0)) {
          result_.complete = round > kFewRuns;
          return result_.complete ? Winner() : 0;
        }
      }
      if (round > 0) DropHopeless();
    }
    return Winner();
  }

 private:
  struct Runs {
    bool in = true;
    int64_t last_ns = 0;
    int64_t best_ns = 0;  // 0: none yet
  };

  // False: there is no time left for it.
  bool RunOnce(size_t i, bool warms_up) {
    Runs& runs = runs_[i];
    if (clock_ns_() + std::max<int64_t>(runs.last_ns, 1) > end_ns_) return false;
    const absl::StatusOr<int64_t> took = trials_[i].Run(sweep_, clock_ns_);
    runs.in = took.ok();
    if (!took.ok()) return true;
    runs.last_ns = *took;
    const bool better = runs.best_ns == 0 || *took < runs.best_ns;
    if (!warms_up && better) runs.best_ns = std::max<int64_t>(*took, 1);
    result_.candidates[i].best_ns = runs.best_ns;
    return true;
  }

  int64_t Best() const {
    int64_t best = 0;
    for (const Runs& runs : runs_) {
      if (runs.in && runs.best_ns > 0 && (best == 0 || runs.best_ns < best)) best = runs.best_ns;
    }
    return best;
  }

  void DropHopeless() {
    const int64_t limit = kHopeless * Best();
    for (Runs& runs : runs_) runs.in = runs.in && runs.best_ns <= limit;
  }

  size_t Winner() const {
    size_t winner = 0;
    for (size_t i = 1; i < runs_.size(); ++i) {
      if (!runs_[i].in || runs_[i].best_ns == 0) continue;
      const Runs& champion = runs_[winner];
      const int64_t margin = winner == 0 ? 100 - kMarginPercent : 100;
      const bool faster = runs_[i].best_ns * 100 < champion.best_ns * margin;
      if (champion.best_ns == 0 || faster) winner = i;
    }
    return winner;
  }

  std::vector<KernelTrial> trials_;
  std::vector<Runs> runs_;  // as trials_
  const CacheSweep& sweep_;
  const std::function<int64_t()>& clock_ns_;
  const int64_t end_ns_;
  TuneResult& result_;
};

class TuningPolicy : public Policy {
 public:
  TuningPolicy(ThreadPool& pool, TuneOptions options) : pool_(pool), options_(std::move(options)) {
    if (!options_.clock_ns) options_.clock_ns = SteadyNs;
  }

  absl::string_view name() const override { return "tuning"; }
  std::vector<std::string> passes() const override { return NewPlanningPolicy()->passes(); }
  bool one_at_a_time() const override { return true; }

  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext&, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord*) const override {
    const std::string key = absl::StrCat(backend.name(), "/", CanonicalKey(request));
    const std::lock_guard lock(mutex_);
    const auto known = chosen_.find(key);
    if (known != chosen_.end()) return ResolvedKernel{known->second, KernelSource::kCache, ""};
    const int64_t start_ns = options_.clock_ns();
    absl::StatusOr<std::shared_ptr<const Kernel>> kernel = Choose(backend, request, start_ns);
    if (!kernel.ok()) return kernel.status();
    spent_ns_ += options_.clock_ns() - start_ns;
    chosen_[key] = *kernel;
    return ResolvedKernel{*std::move(kernel), KernelSource::kCompiled, ""};
  }

 private:
  using Kernels = std::vector<std::unique_ptr<Kernel>>;

  absl::StatusOr<std::shared_ptr<const Kernel>> Choose(Backend& backend,
                                                       const KernelRequest& request,
                                                       int64_t start_ns) const {
    const int64_t left_ns = options_.budget_ns - spent_ns_;
    if (left_ns <= 0) return backend.Specialize(request);
    KAIROS_ASSIGN_OR_RETURN(Kernels made, backend.Alternatives(request));
    if (made.empty()) return backend.Specialize(request);
    std::vector<std::shared_ptr<const Kernel>> kernels(std::make_move_iterator(made.begin()),
                                                       std::make_move_iterator(made.end()));
    if (kernels.size() == 1) return kernels[0];
    TuneResult result;
    result.node = request.node->name;
    result.op = request.node->op;
    for (const auto& kernel : kernels) {
      result.candidates.push_back({std::string(kernel->name()), 0});
    }
    KAIROS_ASSIGN_OR_RETURN(result.chosen, Measure(request, kernels, start_ns + left_ns, &result));
    result.spent_ns = spent_ns_ + options_.clock_ns() - start_ns;
    if (options_.progress) options_.progress(result);
    return kernels[result.chosen];
  }

  absl::StatusOr<size_t> Measure(const KernelRequest& request,
                                 const std::vector<std::shared_ptr<const Kernel>>& kernels,
                                 int64_t end_ns, TuneResult* result) const {
    if (!sweep_.has_value()) {
      KAIROS_ASSIGN_OR_RETURN(sweep_, CacheSweep::Make());
    }
    KAIROS_ASSIGN_OR_RETURN(const TrialOperands operands, TrialOperands::Make(request));
    std::vector<KernelTrial> trials;
    for (const auto& kernel : kernels) {
      KAIROS_ASSIGN_OR_RETURN(KernelTrial trial, KernelTrial::Make(kernel, operands, pool_));
      trials.push_back(std::move(trial));
    }
    return Contest(std::move(trials), *sweep_, options_.clock_ns, end_ns, result).Run();
  }

  ThreadPool& pool_;
  TuneOptions options_;
  mutable std::mutex mutex_;
  mutable int64_t spent_ns_ = 0;
  mutable std::map<std::string, std::shared_ptr<const Kernel>> chosen_;
  mutable std::optional<CacheSweep> sweep_;
};

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<Kernel>>> Backend::Alternatives(
    const KernelRequest& request) {
  KAIROS_ASSIGN_OR_RETURN(std::unique_ptr<Kernel> kernel, Specialize(request));
  std::vector<std::unique_ptr<Kernel>> kernels;
  kernels.push_back(std::move(kernel));
  return kernels;
}

std::shared_ptr<const Policy> NewTuningPolicy(ThreadPool& pool, TuneOptions options) {
  return std::make_shared<TuningPolicy>(pool, std::move(options));
}

}  // namespace kairos

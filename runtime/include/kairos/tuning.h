// Choosing kernels by time, for plans: each kernel that a node's backend offers is run on this
// machine, and the fastest is kept. What was chosen is recorded in the plan like any other choice.
#ifndef KAIROS_TUNING_H_
#define KAIROS_TUNING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "kairos/policy.h"
#include "kairos/thread_pool.h"

namespace kairos {

// A node whose kernels were measured.
struct TuneResult {
  struct Candidate {
    std::string kernel;   // Kernel::name()
    int64_t best_ns = 0;  // of several runs; 0: the kernel could not be run
  };
  std::string node, op;
  std::vector<Candidate> candidates;  // the backend's own choice first
  size_t chosen = 0;
  bool complete = true;  // false: the budget ended before all were measured; the first is kept
  int64_t spent_ns = 0;  // of the budget, up to here
};

struct TuneOptions {
  // For making and measuring kernels. When it is spent, the backends choose. It may be exceeded by
  // the first run of one kernel.
  int64_t budget_ns = 0;
  std::function<void(const TuneResult&)> progress;  // may be empty
  std::function<int64_t()> clock_ns;                // the steady clock when empty
};

// As NewPlanningPolicy(), choosing by time. Kernels run on `pool`, which should be the Runtime's
// and outlives the policy, on operands of random floats and zeros that are not in the caches, but
// for activations. Another kernel than the backend's choice has to be faster by 3 %. Not the same
// every time, of course.
std::shared_ptr<const Policy> NewTuningPolicy(ThreadPool& pool, TuneOptions options);

}  // namespace kairos

#endif  // KAIROS_TUNING_H_

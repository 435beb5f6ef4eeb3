// What the Programs of all sessions of a Runtime take, with the kernels they keep alive, and when a
// session has to give some up.
#ifndef KAIROS_RUNTIME_EXECUTOR_PROGRAM_BUDGET_H_
#define KAIROS_RUNTIME_EXECUTOR_PROGRAM_BUDGET_H_

#include <cstdint>
#include <memory>
#include <mutex>

#include "absl/container/flat_hash_map.h"

#include "executor/program.h"
#include "kairos/runtime.h"

namespace kairos {

// Belongs to a Runtime. Thread-safe.
class ProgramBudget {
 public:
  explicit ProgramBudget(uint64_t limit_bytes) : limit_bytes_(limit_bytes) {}
  ProgramStats stats() const;

 private:
  friend class ProgramAccount;
  friend class ProgramCharge;
  const uint64_t limit_bytes_;
  mutable std::mutex mutex_;
  ProgramStats stats_;  // a kernel counts once, however many Programs have it
  uint64_t accounts_ = 0;
  absl::flat_hash_map<const Kernel*, int64_t> users_;  // Programs of each kernel
};

// A session's part of the budget. Only the session can tell which Program it needs least, so it is
// the one to give it up: when all take more than the limit, and it more than an equal share.
class ProgramAccount {
 public:
  explicit ProgramAccount(ProgramBudget& budget);
  ~ProgramAccount();
  ProgramAccount(const ProgramAccount&) = delete;
  ProgramAccount& operator=(const ProgramAccount&) = delete;

  bool MustGiveUp() const;
  void CountEviction();

 private:
  friend class ProgramCharge;
  ProgramBudget& budget_;
  uint64_t bytes_ = 0;  // of its Programs, each with all its kernels
};

// While this lives, the Program is charged to the account, which lives longer.
class ProgramCharge {
 public:
  ProgramCharge(ProgramAccount& account, std::shared_ptr<const Program> program);
  ~ProgramCharge();
  ProgramCharge(const ProgramCharge&) = delete;
  ProgramCharge& operator=(const ProgramCharge&) = delete;

 private:
  ProgramAccount& account_;
  const std::shared_ptr<const Program> program_;
  const uint64_t own_bytes_;
  uint64_t kernel_bytes_ = 0;
};

// Of the Program and of what a session makes to run it, about; without kernels and shared weights.
uint64_t ProgramBytes(const Program& program);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_EXECUTOR_PROGRAM_BUDGET_H_

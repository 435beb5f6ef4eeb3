// Times the phases of loading a model, one after the other.
#ifndef KAIROS_RUNTIME_MODEL_PHASE_TIMER_H_
#define KAIROS_RUNTIME_MODEL_PHASE_TIMER_H_

#include <chrono>
#include <cstdint>

#include "absl/strings/string_view.h"

#include "kairos/model.h"

namespace kairos {

class PhaseTimer {
 public:
  // The phase from the last one's end (at first: from construction) to now.
  LoadPhase End(absl::string_view name, uint64_t bytes) {
    const int64_t now = Now();
    const LoadPhase phase{name, start_ns_, now - start_ns_, bytes};
    start_ns_ = now;
    return phase;
  }

 private:
  static int64_t Now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  int64_t start_ns_ = Now();
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_PHASE_TIMER_H_

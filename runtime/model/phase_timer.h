// Times the phases of loading a model, one after the other.
#ifndef KAIROS_RUNTIME_MODEL_PHASE_TIMER_H_
#define KAIROS_RUNTIME_MODEL_PHASE_TIMER_H_

#include <cstdint>

#include "absl/strings/string_view.h"

#include "base/steady_clock.h"
#include "kairos/model.h"

namespace kairos {

class PhaseTimer {
 public:
  // The phase from the last one's end (at first: from construction) to now.
  LoadPhase End(absl::string_view name, uint64_t bytes) {
    const int64_t now = SteadyNs();
    const LoadPhase phase{name, start_ns_, now - start_ns_, bytes};
    start_ns_ = now;
    return phase;
  }

 private:
  int64_t start_ns_ = SteadyNs();
};

}  // namespace kairos

#endif  // KAIROS_RUNTIME_MODEL_PHASE_TIMER_H_

#ifndef KAIROS_RUNTIME_BASE_STEADY_CLOCK_H_
#define KAIROS_RUNTIME_BASE_STEADY_CLOCK_H_

#include <chrono>
#include <cstdint>

namespace kairos {

// Of the steady clock.
inline int64_t SteadyNs() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_STEADY_CLOCK_H_

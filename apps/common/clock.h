// The clock of events, unless a session brings its own.
#ifndef KAIROS_APPS_COMMON_CLOCK_H_
#define KAIROS_APPS_COMMON_CLOCK_H_

#include <chrono>
#include <cstdint>

namespace kairos {

inline int64_t SteadyNowNs() {
  return std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
}

}  // namespace kairos

#endif  // KAIROS_APPS_COMMON_CLOCK_H_

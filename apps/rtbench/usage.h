// What this process has used of the machine.
#ifndef KAIROS_APPS_RTBENCH_USAGE_H_
#define KAIROS_APPS_RTBENCH_USAGE_H_

#include <nlohmann/json.hpp>

namespace kairos {

// User and system time of all threads, in ms.
double CpuMs();
// Resident memory now, in MB; 0 where the system has no /proc.
double ResidentMb();
// {"peak_rss_mb", "steady_rss_mb"}: the highest so far, and now; 0 where the system has no /proc.
nlohmann::json MemoryNow();

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_USAGE_H_

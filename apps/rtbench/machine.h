// The machine under the benchmark: what it is, and whether it has nothing else to do.
#ifndef KAIROS_APPS_RTBENCH_MACHINE_H_
#define KAIROS_APPS_RTBENCH_MACHINE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include <nlohmann/json.hpp>

namespace kairos {

// Facts that figures depend on: date, CPU, operating system, threads, frequency governor, this
// build, the backends' fingerprints.
nlohmann::json Environment();

// All CPUs together, in ticks since boot.
struct CpuTicks {
  double busy = 0, all = 0;
};
// From the text of /proc/stat; nothing when it is not that.
std::optional<CpuTicks> ParseCpuTicks(absl::string_view proc_stat);

// How much of the machine others use between two calls, in percent of all CPUs.
class IdleCheck {
 public:
  IdleCheck();
  // Since construction or the last call; `own_cpu_ms` of it was ours. Below 0: not known.
  double OthersPercent(double own_cpu_ms);

 private:
  std::optional<CpuTicks> last_;
};

// Waits 200 ms and says how busy the machine is with nothing of ours running.
double BusyPercentNow();

// CPU time of the children that have ended, in ms.
double ChildrenCpuMs();

// What to say when others used so many percent of the machine; nothing up to 10, which does not
// make figures doubtful.
std::vector<std::string> BusyWarnings(double before, double during);

}  // namespace kairos

#endif  // KAIROS_APPS_RTBENCH_MACHINE_H_

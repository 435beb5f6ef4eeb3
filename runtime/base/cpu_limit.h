// How many CPUs the kernel grants this process, beyond which threads only get in each other's way.
#ifndef KAIROS_RUNTIME_BASE_CPU_LIMIT_H_
#define KAIROS_RUNTIME_BASE_CPU_LIMIT_H_

#include <optional>
#include <string>

namespace kairos {

// CPUs in the affinity mask of the calling thread; at least 1.
int AffinityCpuCount();

// CPU time per wall time that the cgroup (version 1 or 2) of this process and those above it
// allow; absent when unlimited or unknown. `root` stands before every path: "" but in tests.
// Formats: Documentation/admin-guide/cgroup-v2.rst ("cpu.max"), scheduler/sched-bwc.rst,
// proc(5) and cgroups(7).
std::optional<double> CgroupCpuQuota(const std::string& root);

}  // namespace kairos

#endif  // KAIROS_RUNTIME_BASE_CPU_LIMIT_H_

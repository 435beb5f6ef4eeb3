#include "rtbench/usage.h"

#include <fstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>

namespace kairos {
namespace {

// Not getrusage(): its maximum counts the memory of the process that started this one, too.
double PeakMb() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024 / 1e6;
  }
  return 0;
}

}  // namespace

double CpuMs() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

double ResidentMb() {
  std::ifstream statm("/proc/self/statm");
  double pages_total = 0, pages_resident = 0;
  statm >> pages_total >> pages_resident;
  return pages_resident * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

nlohmann::json MemoryNow() { return {{"peak_rss_mb", PeakMb()}, {"steady_rss_mb", ResidentMb()}}; }

}  // namespace kairos

#include "rtbench/machine.h"

#include <algorithm>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "kairos/runtime.h"

namespace kairos {
namespace {

using nlohmann::json;

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string CpuName() {
  std::ifstream cpuinfo("/proc/cpuinfo");
  for (std::string line; std::getline(cpuinfo, line);) {
    const size_t colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

std::optional<CpuTicks> ReadCpuTicks() {
  std::ifstream file("/proc/stat");
  return ParseCpuTicks(std::string(std::istreambuf_iterator<char>(file), {}));
}

}  // namespace

std::optional<CpuTicks> ParseCpuTicks(absl::string_view proc_stat) {
  // cpu  user nice system idle iowait irq softirq steal guest guest_nice
  const absl::string_view line = proc_stat.substr(0, proc_stat.find('\n'));
  const std::vector<absl::string_view> fields = absl::StrSplit(line, ' ', absl::SkipEmpty());
  if (fields.size() < 6 || fields[0] != "cpu") return std::nullopt;
  CpuTicks ticks;
  // Guest time is contained in user time.
  for (size_t i = 1; i < std::min<size_t>(fields.size(), 9); ++i) {
    double value = 0;
    if (!absl::SimpleAtod(fields[i], &value)) return std::nullopt;
    ticks.all += value;
    const bool idle = i == 4 || i == 5;
    if (!idle) ticks.busy += value;
  }
  return ticks;
}

IdleCheck::IdleCheck() : last_(ReadCpuTicks()) {}

double IdleCheck::OthersPercent(double own_cpu_ms) {
  const std::optional<CpuTicks> now = ReadCpuTicks();
  if (!now.has_value() || !last_.has_value() || now->all <= last_->all) return -1;
  const double tick_ms = 1e3 / static_cast<double>(sysconf(_SC_CLK_TCK));
  const double others = (now->busy - last_->busy) * tick_ms - own_cpu_ms;
  const double all = (now->all - last_->all) * tick_ms;
  last_ = now;
  return std::clamp(100 * others / all, 0.0, 100.0);
}

double BusyPercentNow() {
  IdleCheck check;
  const timespec pause = {0, 200 * 1000 * 1000};
  nanosleep(&pause, nullptr);
  return check.OthersPercent(0);
}

std::vector<std::string> BusyWarnings(double before, double during) {
  constexpr double kBusyPercent = 10;
  std::vector<std::string> warnings;
  if (before > kBusyPercent) {
    warnings.push_back(absl::StrFormat(
        "The machine was %.0f%% busy with other work before the measurement.", before));
  }
  if (during > kBusyPercent) {
    warnings.push_back(
        absl::StrFormat("Others used %.0f%% of the machine during the measurement.", during));
  }
  return warnings;
}

double ChildrenCpuMs() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto ms = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) * 1e3 + static_cast<double>(t.tv_usec) / 1e3;
  };
  return ms(usage.ru_utime) + ms(usage.ru_stime);
}

json Environment() {
  utsname system{};
  uname(&system);
  json environment = {{"date", Today()},
                      {"cpu", CpuName()},
                      {"machine", system.machine},
                      {"os", std::string(system.sysname) + " " + system.release},
                      {"cpu_threads", DefaultThreadCount()},
                      {"compiler", __VERSION__},
                      {"kairos", KAIROS_VERSION}};
  const std::string governor = FirstLine("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  if (!governor.empty()) environment["governor"] = governor;
  absl::StatusOr<std::shared_ptr<Runtime>> runtime = Runtime::Make({.threads = 1});
  if (!runtime.ok()) return environment;
  for (const Backend* backend : (*runtime)->backends()) {
    json fields = json::object();
    for (const auto& [field, value] : backend->fingerprint()) fields[field] = value;
    environment["backends"][std::string(backend->name())] = fields;
  }
  return environment;
}

}  // namespace kairos

#include "base/cpu_limit.h"

#include <algorithm>
#include <fstream>
#include <sched.h>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kairos {
namespace {

constexpr int kMaxCpus = 1 << 16;

struct CgroupMount {
  bool version2 = false;
  std::string root;   // the cgroup that is mounted
  std::string point;  // where
};

std::vector<std::string> ReadLines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

bool HasItem(absl::string_view list, absl::string_view item) {
  for (absl::string_view part : absl::StrSplit(list, ',')) {
    if (part == item) return true;
  }
  return false;
}

// The mounts that can hold the limits, from lines "36 35 98:0 ROOT POINT rw,noatime master:1 -
// TYPE SOURCE OPTIONS".
std::vector<CgroupMount> CpuCgroupMounts(const std::string& root) {
  std::vector<CgroupMount> mounts;
  for (const std::string& line : ReadLines(root + "/proc/self/mountinfo")) {
    const std::pair<absl::string_view, absl::string_view> halves =
        absl::StrSplit(line, absl::MaxSplits(" - ", 1));
    const std::vector<absl::string_view> place = absl::StrSplit(halves.first, ' ');
    const std::vector<absl::string_view> type = absl::StrSplit(halves.second, ' ');
    if (place.size() < 5 || type.size() < 3) continue;
    const bool version2 = type[0] == "cgroup2";
    if (!version2 && !(type[0] == "cgroup" && HasItem(type[2], "cpu"))) continue;
    mounts.push_back({version2, std::string(place[3]), std::string(place[4])});
  }
  return mounts;
}

// This process's cgroup, from lines "ID:CONTROLLERS:PATH"; version 2 has no controllers.
std::optional<std::string> CgroupPath(const std::string& root, bool version2) {
  for (const std::string& line : ReadLines(root + "/proc/self/cgroup")) {
    const std::vector<absl::string_view> fields = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (fields.size() < 3) continue;
    if (version2 ? fields[1].empty() : HasItem(fields[1], "cpu")) return std::string(fields[2]);
  }
  return std::nullopt;
}

std::optional<double> Ratio(absl::string_view quota, absl::string_view period) {
  double quota_us, period_us;
  // "max" and -1 mean no limit.
  if (!absl::SimpleAtod(quota, &quota_us) || !absl::SimpleAtod(period, &period_us) ||
      !(quota_us > 0) || !(period_us > 0)) {
    return std::nullopt;
  }
  return quota_us / period_us;
}

std::optional<double> QuotaIn(const std::string& directory, bool version2) {
  if (version2) {
    const std::vector<std::string> lines = ReadLines(directory + "/cpu.max");
    if (lines.empty()) return std::nullopt;
    const std::pair<std::string, std::string> fields = absl::StrSplit(lines[0], ' ');
    return Ratio(fields.first, fields.second);
  }
  const std::vector<std::string> quota = ReadLines(directory + "/cpu.cfs_quota_us");
  const std::vector<std::string> period = ReadLines(directory + "/cpu.cfs_period_us");
  if (quota.empty() || period.empty()) return std::nullopt;
  return Ratio(quota[0], period[0]);
}

}  // namespace

int AffinityCpuCount() {
  // The kernel refuses a mask smaller than its own with EINVAL.
  for (int cpus = 1024; cpus <= kMaxCpus; cpus *= 2) {
    cpu_set_t* set = CPU_ALLOC(static_cast<size_t>(cpus));
    if (set == nullptr) return 1;
    const size_t bytes = CPU_ALLOC_SIZE(static_cast<size_t>(cpus));
    const bool ok = sched_getaffinity(0, bytes, set) == 0;
    const int count = ok ? CPU_COUNT_S(bytes, set) : 0;
    CPU_FREE(set);
    if (ok) return std::max(count, 1);
  }
  return 1;
}

std::optional<double> CgroupCpuQuota(const std::string& root) {
  std::optional<double> least;
  for (const CgroupMount& mount : CpuCgroupMounts(root)) {
    const std::optional<std::string> path = CgroupPath(root, mount.version2);
    if (!path.has_value()) continue;
    // Seen from inside a container, the path may lie outside of what is mounted; the mount itself
    // is then the container's cgroup.
    absl::string_view below = *path;
    if (mount.root != "/" && !absl::ConsumePrefix(&below, mount.root)) below = "";
    std::string directory(absl::StripSuffix(absl::StrCat(mount.point, below), "/"));
    for (;;) {
      const std::optional<double> quota = QuotaIn(root + directory, mount.version2);
      if (quota.has_value()) least = std::min(least.value_or(*quota), *quota);
      if (directory.size() <= mount.point.size()) break;
      directory.resize(directory.rfind('/'));
    }
  }
  return least;
}

}  // namespace kairos

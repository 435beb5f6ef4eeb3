#include "base/cpu_limit.h"

#include <doctest/doctest.h>

#include "tests/support/temp_dir.h"

namespace kairos {
namespace {

using testing::TempDir;

// A file system in which /proc/self and the cgroup files say what a test wants.
class FakeRoot {
 public:
  FakeRoot& File(const std::string& path, const std::string& content) {
    testing::WriteFile(dir_.path() + path, content);
    return *this;
  }
  FakeRoot& Version2(const std::string& own_path) {
    File("/proc/self/cgroup", "0::" + own_path + "\n");
    return File("/proc/self/mountinfo",
                "21 1 0:19 / /proc rw - proc proc rw\n"
                "30 25 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw\n");
  }
  FakeRoot& Version1(const std::string& own_path, const std::string& mount_root = "/") {
    File("/proc/self/cgroup", "7:memory:/m\n4:cpu,cpuacct:" + own_path + "\n0::/\n");
    return File("/proc/self/mountinfo",
                "33 25 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                "34 25 0:31 " +
                    mount_root +
                    " /sys/fs/cgroup/cpu rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n");
  }
  std::optional<double> Quota() const { return CgroupCpuQuota(dir_.path()); }

 private:
  TempDir dir_;
};

TEST_CASE("no cgroup files mean no quota") { CHECK_FALSE(FakeRoot().Quota().has_value()); }

TEST_CASE("a version 2 quota is quota over period") {
  FakeRoot root;
  root.Version2("/app").File("/sys/fs/cgroup/app/cpu.max", "250000 100000\n");
  CHECK(root.Quota() == 2.5);
}

TEST_CASE("max means no limit of this cgroup, and the least limit above it counts") {
  FakeRoot root;
  root.Version2("/a/b/c")
      .File("/sys/fs/cgroup/a/b/c/cpu.max", "max 100000\n")
      .File("/sys/fs/cgroup/a/b/cpu.max", "800000 100000\n")
      .File("/sys/fs/cgroup/a/cpu.max", "300000 100000\n");
  CHECK(root.Quota() == 3.0);
}

TEST_CASE("a limit at the mount point counts, as in a container with its own cgroup namespace") {
  FakeRoot root;
  root.Version2("/").File("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK(root.Quota() == 0.5);
}

TEST_CASE("a version 1 quota is read from the hierarchy of the cpu controller") {
  FakeRoot root;
  root.Version1("/docker/x")
      .File("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_quota_us", "400000\n")
      .File("/sys/fs/cgroup/cpu/docker/x/cpu.cfs_period_us", "100000\n")
      .File("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n")
      .File("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  CHECK(root.Quota() == 4.0);
}

TEST_CASE("a path outside of the mount stands for the mount itself") {
  FakeRoot root;
  root.Version1("/elsewhere", "/docker/x")
      .File("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "100000\n")
      .File("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "50000\n");
  CHECK(root.Quota() == 2.0);
}

TEST_CASE("files that make no sense are ignored") {
  for (const char* content : {"", "\n", "100000", "0 0\n", "-5 100000\n", "nan 1\n", "x y z\n"}) {
    FakeRoot root;
    root.Version2("/app").File("/sys/fs/cgroup/app/cpu.max", content);
    CAPTURE(content);
    CHECK_FALSE(root.Quota().has_value());
  }
}

TEST_CASE("the affinity mask has at least one CPU") { CHECK(AffinityCpuCount() >= 1); }

}  // namespace
}  // namespace kairos

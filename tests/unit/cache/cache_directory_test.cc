#include "policy/cache_directory.h"

#include <fcntl.h>
#include <string>
#include <sys/stat.h>

#include "doctest/doctest.h"

#include "base/hash.h"
#include "tests/support/run_graph.h"
#include "tests/support/temp_dir.h"

namespace kairos::testing {
namespace {

constexpr char kName[] = "a.weights";

struct Fixture {
  TempDir folder;
  CacheDirectory directory{folder.path()};
  const std::string path = folder.File(kName);

  Fixture() { Write("content"); }
  void Write(const std::string& content) {
    const absl::Span<const std::byte> bytes(reinterpret_cast<const std::byte*>(content.data()),
                                            content.size());
    REQUIRE(directory.Write(kName, bytes, ContentHash(bytes.data(), bytes.size())).ok());
  }
  CacheDirectory::File Open() { return Unwrap(directory.Open(kName)); }
  bool IsChecked() { return Open().checked; }
  void Check() { directory.MarkChecked(kName, Open()); }
};

TEST_CASE_FIXTURE(Fixture, "a file is checked once somebody says so, also after further use") {
  CHECK_FALSE(IsChecked());
  directory.MarkUsed(kName);
  CHECK_FALSE(IsChecked());
  Check();
  CHECK(IsChecked());
  directory.MarkUsed(kName);
  CHECK(IsChecked());
  CHECK(Unwrap(directory.List())[0].age_ns < int64_t{10} * 1'000'000'000);
}

TEST_CASE_FIXTURE(Fixture, "a file that was written to or replaced is not checked") {
  Check();
  std::string bytes = ReadFile(path);
  bytes.back() ^= 1;
  WriteFile(path, bytes);
  CHECK_FALSE(IsChecked());
  Check();
  CHECK(IsChecked());
  Write("other content");
  CHECK_FALSE(IsChecked());
}

TEST_CASE_FIXTURE(Fixture, "a file whose time of modification was set back is not checked") {
  Check();
  struct stat info;
  REQUIRE(stat(path.c_str(), &info) == 0);
  timespec times[2] = {info.st_atim, info.st_mtim};
  times[1].tv_sec -= 10;
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  CHECK_FALSE(IsChecked());
}

TEST_CASE_FIXTURE(Fixture, "a file that was replaced while it was compared is not checked") {
  const CacheDirectory::File before = Open();
  // Of another time, however coarse the clock of the file system.
  const timespec times[2] = {{0, UTIME_OMIT}, {1'000'000'000, 0}};
  Write("other content");
  REQUIRE(utimensat(AT_FDCWD, path.c_str(), times, 0) == 0);
  directory.MarkChecked(kName, before);
  CHECK_FALSE(IsChecked());
  directory.MarkChecked("none.weights", before);
}

}  // namespace
}  // namespace kairos::testing

// Whatever happens to the files of a cache, the next start computes the same.
#include <cstring>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

#include "absl/strings/str_cat.h"
#include "doctest/doctest.h"

#include "base/hash.h"
#include "policy/cache_directory.h"
#include "tests/unit/cache/cached_start.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

constexpr size_t kChecksumOffset = 24, kHeaderBytes = 64;  // see policy/cache_directory.cc

struct Fixture : CacheFixture {
  // The start after a file was changed misses once, computes the right thing and repairs the file.
  Start CheckMissAndRepair() {
    Start start = Begin();
    CHECK(start.cache.hits == 0);
    CHECK(start.cache.misses == 1);
    CHECK(start.session.recordings == 1);
    CHECK(start.cache.writes == 1);
    CHECK(IsRight(start));
    return start;
  }
  std::string PathOf(const std::string& suffix) {
    return options.directory + "/" + Files(options.directory, suffix).begin()->first;
  }
};

std::string WithRightChecksum(std::string file) {
  const uint64_t hash = ContentHash(file.data() + kHeaderBytes, file.size() - kHeaderBytes);
  std::memcpy(file.data() + kChecksumOffset, &hash, sizeof(hash));
  return file;
}

TEST_CASE_FIXTURE(Fixture, "an entry cut at every 64th byte is a miss, and is repaired") {
  Begin();
  for (const char* suffix : {".program", ".weights"}) {
    const std::string path = PathOf(suffix), whole = ReadFile(path);
    for (size_t length = 0; length < whole.size(); length += 64) {
      CAPTURE(path);
      CAPTURE(length);
      WriteFile(path, whole.substr(0, length));
      const Start start = CheckMissAndRepair();
      CHECK(start.Misses(suffix == std::string(".program") ? "damaged" : "weights missing") == 1);
      CHECK(ReadFile(path) == whole);
    }
    WriteFile(path, whole + "x");
    CheckMissAndRepair();
  }
}

TEST_CASE_FIXTURE(Fixture, "an entry with any byte changed is a miss") {
  graph = Mlp();
  inputs = MlpInput(2);
  expected = RunReference(graph, inputs);
  Begin();
  const std::string path = PathOf(".program"), whole = ReadFile(path);
  for (size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    std::string damaged = whole;
    damaged[i] ^= static_cast<char>(1 << i % 8);
    WriteFile(path, damaged);
    CheckMissAndRepair();
  }
}

TEST_CASE_FIXTURE(Fixture, "packed weights with a byte changed are a miss, also once checked") {
  Begin();
  const std::string path = PathOf(".weights"), whole = ReadFile(path);
  const CacheDirectory directory(options.directory);
  for (size_t i = 0; i < whole.size(); i += 41) {
    CAPTURE(i);
    if (i % 2 == 0) {
      CHECK(Begin().cache.hits == 1);
      CHECK(Unwrap(directory.Open(std::filesystem::path(path).filename())).checked);
    }
    std::string damaged = whole;
    damaged[i] ^= static_cast<char>(1 << i % 8);
    WriteFile(path, damaged);
    CheckMissAndRepair();
    CHECK(ReadFile(path) == whole);
  }
}

TEST_CASE_FIXTURE(Fixture, "an entry that was forged with its checksum never crashes") {
  graph = ConvNet();
  inputs = ConvInput(1, 4, 5);
  Begin();
  const std::string path = PathOf(".program"), whole = ReadFile(path);
  int misses = 0;
  for (size_t i = kHeaderBytes; i < whole.size(); i += 3) {
    std::string forged = whole;
    forged[i] ^= static_cast<char>(1 << i % 8);
    WriteFile(path, WithRightChecksum(std::move(forged)));
    misses += Begin().cache.misses > 0;
  }
  CHECK(misses > 0);
}

TEST_CASE_FIXTURE(Fixture, "an entry of another model or shape under this name is a miss") {
  Begin();
  const std::string path = PathOf(".program");
  StartOptions other = options;
  other.directory = folder.File("other");
  RunStart(graph, FoldedInput(5), other);
  std::filesystem::copy_file(
      other.directory + "/" + Files(other.directory, ".program").begin()->first, path,
      std::filesystem::copy_options::overwrite_existing);
  CHECK(CheckMissAndRepair().Misses("other key") == 1);
}

TEST_CASE_FIXTURE(Fixture, "an entry in a format of the future is a miss") {
  Begin();
  const std::string path = PathOf(".program");
  std::string file = ReadFile(path);
  file[8] = 2;
  WriteFile(path, file);
  CHECK(CheckMissAndRepair().Misses("other format") == 1);
}

TEST_CASE_FIXTURE(Fixture, "missing weights make the entry a miss") {
  Begin();
  std::filesystem::remove(PathOf(".weights"));
  CHECK(CheckMissAndRepair().Misses("weights missing") == 1);
  CHECK(Begin().cache.hits == 1);
}

TEST_CASE_FIXTURE(Fixture, "a link, a directory or a pipe in place of an entry is a miss") {
  Begin();
  const std::string path = PathOf(".program"), saved = folder.File("saved");
  std::filesystem::rename(path, saved);
  std::filesystem::create_symlink(saved, path);
  CHECK(Begin().Misses("not ours") == 1);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  const Start start = Begin();
  CHECK(start.Misses("damaged") == 1);
  CHECK(start.cache.write_failures == 1);
  std::filesystem::remove(path);
  mkfifo(path.c_str(), 0600);
  CHECK(Begin().cache.hits == 0);
  CHECK(MaxError(start.outputs, expected) < 1e-5);
}

TEST_CASE_FIXTURE(Fixture, "a directory that is open to others, or none at all, is not used") {
  Begin();
  std::filesystem::permissions(options.directory, std::filesystem::perms(0750));
  Start start = Begin();
  CHECK(start.Misses("directory") == 1);
  CHECK(start.cache.writes + start.cache.write_failures == 0);
  REQUIRE_FALSE(start.notes.empty());
  CHECK(start.notes.back() == absl::StrCat("cache on disk: ", options.directory,
                                           ": has mode 0750, expected 0700; chmod it"));
  CHECK(MaxError(start.outputs, expected) < 1e-5);
  std::filesystem::permissions(options.directory, std::filesystem::perms(0700));
  CHECK(Begin().cache.hits == 1);

  WriteFile(folder.File("file"), "");
  options.directory = folder.File("file");
  CHECK(Begin().Misses("directory") == 1);
  options.directory = folder.File("file/below");
  CHECK(Begin().Misses("directory") == 1);
}

TEST_CASE_FIXTURE(Fixture, "a directory of another user is not used") {
  if (geteuid() != 0) {
    MESSAGE("SKIP: needs root to give files away");
    return;
  }
  Begin();
  const std::string path = PathOf(".program");
  REQUIRE(chown(path.c_str(), 12345, 12345) == 0);
  CHECK(Begin().Misses("not ours") == 1);
  REQUIRE(chown(options.directory.c_str(), 12345, 12345) == 0);
  CHECK(Begin().Misses("directory") == 1);
}

TEST_CASE_FIXTURE(Fixture, "a directory is made with those above it, for this user alone") {
  options.directory = folder.File("a/b/c");
  CHECK(Begin().cache.writes == 1);
  for (const char* part : {"a", "a/b", "a/b/c"}) {
    struct stat info;
    REQUIRE(stat(folder.File(part).c_str(), &info) == 0);
    CHECK((info.st_mode & 0777) == 0700);
  }
}

}  // namespace
}  // namespace kairos::testing

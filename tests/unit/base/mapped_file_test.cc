#include "base/mapped_file.h"

#include <doctest/doctest.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/temp_dir.h"

namespace kairos {
namespace {

using testing::TempDir;

std::string Content(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST_CASE("a mapped file shows its bytes, also after it was unlinked or replaced") {
  const TempDir dir;
  testing::WriteFile(dir.File("f"), "hello");
  const auto file = MappedFile::Open(dir.File("f"));
  REQUIRE(file.ok());
  CHECK(Content(**file) == "hello");
  std::filesystem::remove(dir.File("f"));
  testing::WriteFile(dir.File("f"), "HELLO");
  CHECK(Content(**file) == "hello");
}

TEST_CASE("an empty file maps to no bytes") {
  const TempDir dir;
  testing::WriteFile(dir.File("f"), "");
  const auto file = MappedFile::Open(dir.File("f"));
  REQUIRE(file.ok());
  CHECK((*file)->bytes().empty());
}

TEST_CASE("what is not a readable file is refused with path and reason, without waiting") {
  const TempDir dir;
  REQUIRE(mkfifo(dir.File("pipe").c_str(), 0600) == 0);
  testing::WriteFile(dir.File("f"), "x");
  struct Case {
    std::string path;
    absl::StatusCode code;
    std::string message;
  };
  const Case cases[] = {
      {dir.File("none"), absl::StatusCode::kNotFound,
       "cannot open the file: No such file or directory"},
      {dir.File("f/below"), absl::StatusCode::kNotFound, "cannot open the file: Not a directory"},
      {dir.path(), absl::StatusCode::kInvalidArgument, "is a directory, expected a file"},
      {dir.File("pipe"), absl::StatusCode::kInvalidArgument,
       "is not a regular file, expected a file"},
      {"/dev/zero", absl::StatusCode::kInvalidArgument, "is not a regular file, expected a file"},
  };
  for (const Case& c : cases) {
    const auto file = MappedFile::Open(c.path);
    CHECK(file.status().code() == c.code);
    CHECK(std::string(file.status().message()) == c.path + ": " + c.message);
  }
}

TEST_CASE("a file that another user may have put there is refused where that matters") {
  const TempDir dir;
  testing::WriteFile(dir.File("f"), "mine");
  const auto file = MappedFile::OpenOwn(dir.File("f"));
  REQUIRE(file.ok());
  CHECK(Content(**file) == "mine");
  std::filesystem::create_symlink(dir.File("f"), dir.File("link"));
  CHECK(MappedFile::OpenOwn(dir.File("link")).status().message() ==
        dir.File("link") + ": is a symbolic link");
  CHECK(MappedFile::Open(dir.File("link")).ok());
  if (geteuid() != 0) {
    MESSAGE("SKIP: needs root to give a file away");
    return;
  }
  REQUIRE(chown(dir.File("f").c_str(), 12345, 12345) == 0);
  CHECK(MappedFile::OpenOwn(dir.File("f")).status().message() ==
        dir.File("f") + ": belongs to user 12345, expected 0");
}

}  // namespace
}  // namespace kairos

#include <doctest/doctest.h>
#include <filesystem>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "base/mapped_file.h"
#include "tests/support/temp_dir.h"

namespace kairos {
namespace {

using testing::TempDir;

absl::Span<const std::byte> Bytes(const std::string& text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}

absl::Status Write(const std::string& path, const std::vector<std::string>& parts) {
  std::vector<absl::Span<const std::byte>> spans;
  for (const std::string& part : parts) spans.push_back(Bytes(part));
  return WriteFileAtomically(path, spans);
}

std::vector<std::string> Names(const TempDir& dir) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
    names.push_back(entry.path().filename());
  }
  return names;
}

TEST_CASE("parts are written one behind the other and replace an old file") {
  const TempDir dir;
  testing::WriteFile(dir.File("f"), "old and longer");
  REQUIRE(Write(dir.File("f"), {"one ", "", "two"}).ok());
  CHECK(testing::ReadFile(dir.File("f")) == "one two");
  CHECK(Names(dir) == std::vector<std::string>{"f"});
}

TEST_CASE("a name without a directory is written to the current one") {
  const TempDir dir;
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(dir.path());
  const absl::Status status = Write("f", {"here"});
  std::filesystem::current_path(before);
  CHECK(status.ok());
  CHECK(testing::ReadFile(dir.File("f")) == "here");
}

TEST_CASE("what is no regular file is left alone") {
  const TempDir dir;
  REQUIRE(mkfifo(dir.File("pipe").c_str(), 0600) == 0);
  const absl::Status status = Write(dir.File("pipe"), {"x"});
  CHECK(absl::IsInvalidArgument(status));
  CHECK(status.message() == dir.File("pipe") + ": is not a regular file, expected one or none");
  CHECK(std::filesystem::is_fifo(dir.File("pipe")));
}

TEST_CASE("a file name of the greatest length can be written") {
  const TempDir dir;
  const std::string name(255, 'n');
  CHECK(Write(dir.File(name), {"x"}).ok());
  CHECK(testing::ReadFile(dir.File(name)) == "x");
}

TEST_CASE("a refusal names the path and the reason and leaves nothing behind") {
  const TempDir dir;
  const absl::Status no_directory = Write(dir.File("none/f"), {"x"});
  CHECK(no_directory.code() == absl::StatusCode::kNotFound);
  CHECK(std::string(no_directory.message()) ==
        dir.File("none/f") +
            ": cannot create a temporary file beside it: No such file or directory");

  std::filesystem::create_directory(dir.File("d"));
  const absl::Status directory = Write(dir.File("d"), {"x"});
  CHECK(directory.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(directory.message()) ==
        dir.File("d") + ": is not a regular file, expected one or none");
  CHECK(Names(dir) == std::vector<std::string>{"d"});
}

// A child process, as the limit stays with the process that sets it.
TEST_CASE("a full disk leaves the old file and no temporary one") {
  const TempDir dir;
  testing::WriteFile(dir.File("f"), "old");
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{4096, 4096};
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status status = Write(dir.File("f"), {std::string(10000, 'x')});
    const bool as_expected = status.code() == absl::StatusCode::kUnavailable &&
                             status.message() == dir.File("f") + ": cannot write: File too large";
    _exit(as_expected ? 0 : 1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  CHECK(status == 0);
  CHECK(testing::ReadFile(dir.File("f")) == "old");
  CHECK(Names(dir) == std::vector<std::string>{"f"});
}

}  // namespace
}  // namespace kairos

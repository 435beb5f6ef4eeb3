// Many processes at one cache, and processes that die at it.
#include <cstdlib>
#include <functional>
#include <sched.h>
#include <signal.h>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include "doctest/doctest.h"

#include "tests/unit/cache/cached_start.h"

namespace kairos::testing {
namespace {

// Starts `body` in a process of its own, which ends with what it returns.
pid_t Spawn(const std::function<bool()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body() ? 0 : 1);
  return child;
}

int WaitFor(pid_t child) {
  int status = -1;
  waitpid(child, &status, 0);
  return status;
}

bool Succeeds(const std::function<bool()>& body) { return WaitFor(Spawn(body)) == 0; }

template <typename Resource>
void Limit(Resource resource, rlim_t value) {
  const rlimit limit{value, value};
  setrlimit(resource, &limit);
}

struct Fixture : CacheFixture {
  // Permissions and limits do not bind root: it hands the folder over and becomes somebody else.
  bool BecomeOrdinaryUser() {
    constexpr uid_t kNobody = 65534;
    if (geteuid() != 0) return true;
    std::vector<std::string> paths = {folder.path(), options.directory};
    if (access(options.directory.c_str(), F_OK) != 0) paths.pop_back();
    for (const auto& [name, content] : FilesIfAny())
      paths.push_back(options.directory + "/" + name);
    for (const std::string& path : paths) {
      if (chown(path.c_str(), kNobody, kNobody) != 0) return false;
    }
    return setuid(kNobody) == 0;
  }
  std::map<std::string, std::string> FilesIfAny(const std::string& suffix = "") {
    const bool any = access(options.directory.c_str(), F_OK) == 0;
    return any ? Files(options.directory, suffix) : std::map<std::string, std::string>();
  }
};

TEST_CASE_FIXTURE(Fixture, "sixteen processes race for one entry, and the next one finds it") {
  std::vector<pid_t> children;
  for (int i = 0; i < 16; ++i) {
    children.push_back(Spawn([&] {
      const Start start = Begin();
      const bool hit = start.cache.hits == 1 && start.cache.writes == 0;
      const bool wrote = start.cache.hits == 0 && start.cache.writes == 1;
      return IsRight(start) && (hit || wrote);
    }));
  }
  for (pid_t child : children) CHECK(WaitFor(child) == 0);
  CHECK(Begin().cache.hits == 1);
  CHECK(Files(options.directory).size() == 2);
}

// The system sends SIGXFSZ when a file would grow beyond the limit, so that the process dies in the
// middle of the write that gets there. Without a thread for writing, the one that runs does it, and
// that one does not block the signal.
TEST_CASE_FIXTURE(Fixture, "a process killed anywhere in its writing leaves a usable cache") {
  const auto start_limited = [&](rlim_t file_bytes) {
    return WaitFor(Spawn([&] {
      if (!BecomeOrdinaryUser()) return false;
      Limit(RLIMIT_CORE, 0);
      Limit(RLIMIT_NPROC, 0);
      Limit(RLIMIT_FSIZE, file_bytes);
      return IsRight(Begin());
    }));
  };
  // First the weights are too large for the limit, then, when those are there, the entry.
  for (const char* removed : {"", ".program"}) {
    for (const auto& [name, content] : FilesIfAny(removed)) {
      REQUIRE(unlink((options.directory + "/" + name).c_str()) == 0);
    }
    int killed = 0;
    for (rlim_t limit = 0;; limit += 31) {
      CAPTURE(limit);
      const int status = start_limited(limit);
      if (WIFEXITED(status)) {
        CHECK(WEXITSTATUS(status) == 0);
        break;
      }
      CHECK(WTERMSIG(status) == SIGXFSZ);
      ++killed;
      CHECK(Succeeds([&] {
        options.limit_bytes = 1;  // nothing is written, so that the next one starts from the same
        return BecomeOrdinaryUser() && IsRight(Begin());
      }));
    }
    CHECK(killed > 40);
    CHECK(Succeeds([&] { return BecomeOrdinaryUser() && Begin().cache.hits == 1; }));
  }
}

int WantedKills() {
  const char* wanted = std::getenv("KAIROS_CACHE_KILLS");
  return wanted == nullptr ? 30 : std::atoi(wanted);
}

// Starts with one shape after the other, for ever, and says so before each. The limit makes each of
// them write an entry and remove others.
pid_t SpawnWriter(const Graph& graph, const StartOptions& options, int first, int pipe) {
  return Spawn([&] {
    for (int64_t size = 5 + first % 40;; size = 5 + (size + 7) % 40) {
      if (write(pipe, "x", 1) != 1) return false;
      RunStart(graph, FoldedInput(size), options);
    }
    return false;
  });
}

TEST_CASE_FIXTURE(Fixture, "a process killed at any moment leaves a usable cache, and no damage") {
  options.limit_bytes = 32 << 10;
  const int kills = WantedKills();
  int hits = 0;
  for (int i = 0; i < kills; ++i) {
    CAPTURE(i);
    int pipe_ends[2];
    REQUIRE(pipe(pipe_ends) == 0);
    const pid_t child = SpawnWriter(graph, options, i, pipe_ends[1]);
    char started[2];
    for (int k = 0; k < 1 + i % 3; ++k) CHECK(read(pipe_ends[0], started, 1) == 1);
    for (int k = 0; k < i * 37 % 500; ++k) sched_yield();
    kill(child, SIGKILL);
    const int status = WaitFor(child);
    CHECK(WIFSIGNALED(status));
    for (int end : pipe_ends) close(end);
    const Start next = Begin();
    CHECK(IsRight(next));
    CHECK(next.cache.hits + next.Misses("absent") + next.Misses("weights missing") == 1);
    CHECK(next.cache.writes == next.cache.misses);
    CHECK(next.cache.write_failures == 0);
    const Start second = Begin();
    CHECK(IsRight(second));
    CHECK(second.cache.hits == 1);
    hits += static_cast<int>(next.cache.hits);
    for (const CacheFileInfo& file : Unwrap(ListProgramCache(options.directory, true))) {
      const bool sound = file.problem.empty();
      const bool left_behind = file.problem == "left behind, or being written";
      CHECK((sound || left_behind));
    }
  }
  MESSAGE(kills << " processes killed, " << hits << " entries found after that");
}

TEST_CASE_FIXTURE(Fixture, "a disk that is full costs the entry, not the run") {
  for (rlim_t limit : {0, 10, 64, 100, 5000, 9000}) {
    CAPTURE(limit);
    CHECK(Succeeds([&] {
      Limit(RLIMIT_FSIZE, limit);
      const Start start = Begin();
      return IsRight(start) && start.cache.writes == 0 && start.cache.write_failures == 1 &&
             !start.cache.last_write_failure.empty() &&
             Files(options.directory, ".program").empty();
    }));
    for (const auto& [name, content] : Files(options.directory)) CHECK(name[0] != '.');
  }
  CHECK(Begin().cache.writes == 1);
}

TEST_CASE_FIXTURE(Fixture, "a directory that may only be read is read, and nothing is an error") {
  Begin();
  CHECK(Succeeds([&] {
    if (!BecomeOrdinaryUser() || chmod(options.directory.c_str(), 0500) != 0) return false;
    const Start found = Begin();
    const Start lost = RunStart(graph, FoldedInput(5), options);
    return found.cache.hits == 1 && IsRight(found) && lost.Misses("absent") == 1 &&
           lost.cache.write_failures == 1;
  }));
  chmod(options.directory.c_str(), 0700);
}

}  // namespace
}  // namespace kairos::testing

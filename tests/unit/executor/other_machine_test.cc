// Plans of the built-in backends where something is not as it was when they were made. The
// instruction set of oneDNN is fixed when a process first uses it, so those cases run in a process
// of their own: this program again, with a test case that is skipped otherwise.
#include <cstdlib>
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

#include "kairos/compiler.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

constexpr char kChildFile[] = "KAIROS_TEST_CHILD_FILE";

bool HasFastBackend() { return NewRuntime()->backends().size() > 1; }

void WritePlanned(const std::string& path, int threads,
                  const std::function<void(Plan&)>& edit = {}) {
  const std::vector<Tensor> inputs = ConvInput(1, 14, 15);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  Plan plan = Unwrap(CompilePlan(NewRuntime("", threads), NewModel(ConvNet()), signatures));
  if (edit) edit(plan);
  Require(SaveModel(ConvNet(), {&plan, 1}, path));
}

// What differs for the file's only entry; checks that it runs all the same.
PlanCheck RunHere(const std::string& path, int threads) {
  auto model = Unwrap(Model::Load(path));
  auto runtime = NewRuntime("", threads);
  REQUIRE(model->plans().size() == 1);
  const Plan& plan = model->plans()[0];
  const PlanCheck check =
      CheckEntry(plan, plan.programs[0], {model.get(), runtime->backends(), nullptr, threads});
  const std::vector<Tensor> inputs = ConvInput(1, 14, 15);
  for (const auto& policy : {NewAotPolicy(), NewAutoPolicy()}) {
    auto session = NewSession(runtime, model, policy);
    CHECK(MaxError(Run(*session, inputs), RunReference(ConvNet(), inputs)) < 1e-5);
    if (check.verdict != PlanCheck::Verdict::kDegraded) continue;
    const std::vector<std::string> reasons = session->stats().fallback_reasons;
    REQUIRE_FALSE(reasons.empty());
    CHECK(reasons[0] == absl::StrCat("plan field ", check.field, ": got ", check.have,
                                     ", expected ", check.want));
  }
  return check;
}

TEST_CASE("in a process of its own: a plan is made or run" * doctest::skip()) {
  const char* path = std::getenv(kChildFile);
  REQUIRE(path != nullptr);
  if (access(path, F_OK) != 0) return WritePlanned(path, 2);
  const PlanCheck check = RunHere(path, 2);
  WriteFile(std::string(path) + ".field", check.field);
}

// True when it ended well, not by a signal.
bool SucceedsWith(const std::string& isa, const std::string& path) {
  const pid_t child = fork();
  if (child == 0) {
    setenv("ONEDNN_MAX_CPU_ISA", isa.c_str(), 1);
    setenv(kChildFile, path.c_str(), 1);
    execl("/proc/self/exe", "executor_tests", "--no-skip", "-tc=in a process of its own*",
          "--minimal", nullptr);
    _exit(127);
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("with fewer instructions than a plan was made with, or more, it runs and says so") {
  if (!HasFastBackend()) return;
  for (const char* isa : {"SSE41", "AVX2"}) {
    CAPTURE(std::string(isa));
    const TempDir dir;
    WritePlanned(dir.File("here.kai"), 2);
    CHECK(SucceedsWith(isa, dir.File("here.kai")));
    const std::string field = ReadFile(dir.File("here.kai.field"));
    // The first may be what this machine has anyway.
    const bool told = field == "onednn.isa" || field == "onednn.overrides";
    CHECK(told);
    CHECK(SucceedsWith(isa, dir.File("there.kai")));
    CHECK(absl::StartsWith(RunHere(dir.File("there.kai"), 2).field, "onednn."));
  }
}

struct Edit {
  const char* name;
  std::function<void(Plan&)> edit;
  int threads;
  const char *field, *want;
};

TEST_CASE("another library version, an edited fingerprint and other threads are named, and run") {
  if (!HasFastBackend()) return;
  const auto set = [](const char* field, const char* value) {
    return [field, value](Plan& plan) {
      for (auto& [name, old] : plan.fingerprint) {
        if (name == field) old = value;
      }
    };
  };
  const Edit kEdits[] = {
      {"version", set("onednn.version", "0.9.1"), 2, "onednn.version", "0.9.1"},
      {"hash", set("onednn.hash", "elsewhere"), 2, "onednn.hash", "elsewhere"},
      {"cpu", set("onednn.cpu", "another one"), 2, "onednn.cpu", "another one"},
      {"unknown field", [](Plan& plan) { plan.fingerprint.push_back({"onednn.x", "1"}); }, 2,
       "onednn.x", "1"},
      {"threads", {}, 1, "threads", "2"},
      {"more threads", {}, 3, "threads", "2"},
      {"nothing", {}, 2, "", ""},
  };
  for (const Edit& test : kEdits) {
    CAPTURE(test.name);
    const TempDir dir;
    WritePlanned(dir.File("m.kai"), 2, test.edit);
    const PlanCheck check = RunHere(dir.File("m.kai"), test.threads);
    CHECK(check.field == test.field);
    CHECK(check.want == test.want);
  }
}

}  // namespace
}  // namespace kairos::testing

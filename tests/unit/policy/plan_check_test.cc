#include <doctest/doctest.h>

#include <functional>
#include <string>

#include "kairos/policies.h"
#include "policy/fingerprint.h"
#include "tests/support/test_backend.h"

namespace kairos::testing {
namespace {

using Verdict = PlanCheck::Verdict;

// A machine with backends "fast" and "slow", and a plan made on it for two threads.
struct Machine {
  std::unique_ptr<Backend> fast =
      NewTestBackend({.name = "fast", .fingerprint = {{"version", "3"}, {"isa", "avx2"}}});
  std::unique_ptr<Backend> slow = NewTestBackend({.name = "slow", .fingerprint = {}});
  std::vector<Backend*> backends = {fast.get(), slow.get()};

  PolicyContext context() const { return {nullptr, backends, nullptr, 2}; }
  Plan plan() const {
    Plan plan;
    plan.backend_order = BackendOrder(backends);
    plan.fingerprint = MachineFingerprint(backends);
    plan.threads = 2;
    return plan;
  }
};

TEST_CASE("backends are named in order and fields by their backend") {
  const Machine machine;
  CHECK(BackendOrder(machine.backends) == "fast,slow");
  CHECK(MachineFingerprint(machine.backends) ==
        Fingerprint{{"fast.version", "3"}, {"fast.isa", "avx2"}});
}

TEST_CASE("a plan made here fits") {
  const Machine machine;
  const PlanCheck check = CheckPlan(machine.plan(), machine.context());
  CHECK(check.verdict == Verdict::kOk);
  CHECK(check.field.empty());
}

struct Case {
  const char* name;
  std::function<void(Plan&)> edit;
  Verdict verdict;
  const char *field, *have, *want;
};

TEST_CASE("the first field that differs is named, with this machine's and the plan's value") {
  const Machine machine;
  const Case kCases[] = {
      {"backends", [](Plan& p) { p.backend_order = "slow"; }, Verdict::kIncompatible, "backends",
       "fast,slow", "slow"},
      {"order", [](Plan& p) { p.backend_order = "slow,fast"; }, Verdict::kIncompatible,
       "backends", "fast,slow", "slow,fast"},
      {"threads", [](Plan& p) { p.threads = 4; }, Verdict::kDegraded, "threads", "2", "4"},
      {"value", [](Plan& p) { p.fingerprint[1].second = "avx512"; }, Verdict::kDegraded,
       "fast.isa", "avx2", "avx512"},
      {"field of the plan", [](Plan& p) { p.fingerprint.push_back({"fast.cache", "1M"}); },
       Verdict::kDegraded, "fast.cache", "absent", "1M"},
      {"field of the machine", [](Plan& p) { p.fingerprint.pop_back(); }, Verdict::kDegraded,
       "fingerprint fields", "2", "1"},
      {"backends before others",
       [](Plan& p) {
         p.backend_order = "";
         p.threads = 9;
       },
       Verdict::kIncompatible, "backends", "fast,slow", ""},
  };
  for (const Case& test : kCases) {
    CAPTURE(test.name);
    Plan plan = machine.plan();
    test.edit(plan);
    const PlanCheck check = CheckPlan(plan, machine.context());
    CHECK(check.verdict == test.verdict);
    CHECK(check.field == test.field);
    CHECK(check.have == test.have);
    CHECK(check.want == test.want);
  }
}

// A Program of one step for each of these backends.
ProgramRecord EntryOf(std::initializer_list<const char*> backends) {
  ProgramRecord entry;
  entry.threads = 2;
  for (const char* backend : backends) {
    StepRecord step;
    step.node.name = std::string("with ") + backend;
    step.backend = backend;
    entry.steps.push_back(std::move(step));
  }
  return entry;
}

TEST_CASE("an entry made here fits, and names the first field that differs for it") {
  const Machine machine;
  CHECK(CheckEntry(machine.plan(), EntryOf({"fast", "slow"}), machine.context()).verdict ==
        Verdict::kOk);
  Plan plan = machine.plan();
  plan.fingerprint[0].second = "2";
  plan.fingerprint[1].second = "sse41";
  const PlanCheck check = CheckEntry(plan, EntryOf({"slow", "fast"}), machine.context());
  CHECK(check.verdict == Verdict::kDegraded);
  CHECK(check.field == "fast.version");
  CHECK(check.have == "3");
  CHECK(check.want == "2");
  plan = machine.plan();
  plan.backend_order = "slow";
  CHECK(CheckEntry(plan, EntryOf({"slow"}), machine.context()).verdict == Verdict::kIncompatible);
}

TEST_CASE("facts about a backend matter to the entries that have kernels of it alone") {
  const Machine machine;
  Plan plan = machine.plan();
  plan.fingerprint[1].second = "avx512";
  plan.fingerprint.push_back({"fast.cache", "1M"});
  CHECK(CheckEntry(plan, EntryOf({"slow"}), machine.context()).verdict == Verdict::kOk);
  CHECK(CheckEntry(plan, EntryOf({"slow", "fast"}), machine.context()).field == "fast.isa");
  plan.fingerprint = {{"fast.version", "3"}};
  CHECK(CheckEntry(plan, EntryOf({"slow"}), machine.context()).verdict == Verdict::kOk);
  CHECK(CheckEntry(plan, EntryOf({"fast"}), machine.context()).field == "fingerprint fields");
}

TEST_CASE("an entry's own thread count counts, and a backend that is not here is named") {
  const Machine machine;
  ProgramRecord entry = EntryOf({"fast"});
  entry.threads = 1;
  PlanCheck check = CheckEntry(machine.plan(), entry, machine.context());
  CHECK(check.field == "threads");
  CHECK(check.have == "2");
  CHECK(check.want == "1");
  check = CheckEntry(machine.plan(), EntryOf({"fast", "gone"}), machine.context());
  CHECK(check.verdict == Verdict::kDegraded);
  CHECK(check.field == "backend of node 'with gone'");
  CHECK(check.have == "fast,slow");
  CHECK(check.want == "gone");
}

TEST_CASE("the order of the fields does not matter") {
  const Machine machine;
  Plan plan = machine.plan();
  std::swap(plan.fingerprint[0], plan.fingerprint[1]);
  CHECK(CheckPlan(plan, machine.context()).verdict == Verdict::kOk);
}

}  // namespace
}  // namespace kairos::testing

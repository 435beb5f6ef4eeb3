// Many sessions at once, cold, while Programs are made in the background. Also run under the thread
// sanitizer.
#include <algorithm>
#include <doctest/doctest.h>
#include <memory>
#include <vector>

#include "tests/support/in_threads.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

constexpr size_t kSessions = 8;

std::shared_ptr<const Policy> Tiers() { return NewTieredPolicy({.runs = 1}); }

// Runs each of some sizes in turn; the largest error.
double RunSome(Session& session, size_t turns, size_t first,
               const std::vector<std::vector<Tensor>>& inputs,
               const std::vector<std::vector<Tensor>>& expected) {
  double error = 0;
  for (size_t i = 0; i < turns; ++i) {
    const size_t at = (first + i) % inputs.size();
    error = std::max(error, MaxError(Run(session, inputs[at]), expected[at]));
  }
  return error;
}

struct Cases {
  Cases() {
    for (int64_t size = 5; size < 9; ++size) {
      inputs.push_back(ConvInput(1, size, 12 - size));
      expected.push_back(RunReference(ConvNet(), inputs.back()));
    }
  }
  std::vector<std::vector<Tensor>> inputs, expected;
};

TEST_CASE("eight cold sessions of one model are right before, while and after Programs change") {
  const Cases cases;
  auto runtime = NewRuntime("", 2);
  auto model = NewModel(ConvNet());
  std::vector<double> errors(kSessions, 0);
  std::vector<int64_t> swaps(kSessions, 0);
  InThreads(kSessions, [&](size_t t) {
    auto session = NewSession(runtime, model, Tiers());
    errors[t] = RunSome(*session, 12, t, cases.inputs, cases.expected);
    Require(session->AwaitBackground(absl::InfiniteFuture()));
    errors[t] = std::max(errors[t], RunSome(*session, 4, t, cases.inputs, cases.expected));
    swaps[t] = session->stats().swaps;
  });
  for (const double error : errors) CHECK(error < 1e-5);
  for (const int64_t count : swaps) CHECK(count == static_cast<int64_t>(cases.inputs.size()));
}

TEST_CASE("sessions come and go while Programs are made for them, the Runtime last or first") {
  const Cases cases;
  for (int round = 0; round < 3; ++round) {
    auto runtime = NewRuntime("", 2);
    auto model = NewModel(ConvNet());
    std::vector<std::shared_ptr<Runtime>> runtimes(kSessions, runtime);
    runtime.reset();
    std::vector<double> errors(kSessions, 0);
    InThreads(kSessions, [&](size_t t) {
      for (size_t i = 0; i < 3; ++i) {
        auto session = NewSession(runtimes[t], model, Tiers());
        if (i == 2) runtimes[t].reset();  // one of the sessions is the last to use it
        errors[t] =
            std::max(errors[t], RunSome(*session, 1 + t % 4, t, cases.inputs, cases.expected));
      }
    });
    for (const double error : errors) CHECK(error < 1e-5);
  }
}

}  // namespace
}  // namespace kairos::testing

// OnMiss::kFallback: what was not prepared runs all the same, on kernels that count as fallbacks.
#include <algorithm>
#include <doctest/doctest.h>
#include <vector>

#include "tests/support/planned_model.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

std::unique_ptr<Session> MakeSession(std::shared_ptr<const Model> model, SessionOptions options) {
  options.on_miss = OnMiss::kFallback;
  return Unwrap(Session::Make(NewRuntime("", 2), std::move(model), std::move(options)));
}

bool HasReason(const SessionStats& stats) {
  const std::vector<std::string>& reasons = stats.fallback_reasons;
  return std::find(reasons.begin(), reasons.end(), "not prepared") != reasons.end();
}

TEST_CASE("what is not prepared falls back, and says so, until it is prepared") {
  auto session = MakeSession(NewModel(ConvNet()), {.policy = NewJitPolicy()});
  const std::vector<Tensor> inputs = ConvInput(2, 9, 7);
  const std::vector<Tensor> expected = RunReference(ConvNet(), inputs);
  CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
  const SessionStats missed = session->stats();
  CHECK(missed.provisional == 1);
  CHECK(missed.fallbacks == static_cast<int64_t>(session->Explain().size()));
  CHECK(HasReason(missed));
  for (const StepInfo& step : session->Explain()) {
    CHECK(step.provisional);
    CHECK(step.source == KernelSource::kFallback);
  }
  CHECK_FALSE(session->Ready(Views(inputs)));
  // Nothing else happens by itself.
  Require(session->AwaitBackground(absl::InfiniteFuture()));
  Run(*session, inputs);
  CHECK(session->stats().recordings == 1);

  Require(session->Prepare(Views(inputs)));
  CHECK(session->Ready(Views(inputs)));
  CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
  CHECK(session->stats().fallbacks == missed.fallbacks);
  CHECK(session->stats().provisional == 1);
  CHECK_FALSE(session->Explain()[0].provisional);
}

TEST_CASE("what the policy has ready is no miss") {
  const std::vector<Tensor> inputs = MlpInput(3), other = MlpInput(4);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  auto model = WithPlan(NewRuntime("", 2), NewModel(Mlp()), signatures);
  auto session = MakeSession(model, {.policy = NewAotPolicy()});
  Run(*session, inputs);
  CHECK(session->stats().fallbacks == 0);
  CHECK(session->stats().compiles == 0);
  CHECK(MaxError(Run(*session, other), RunReference(Mlp(), other)) < 1e-5);
  CHECK(session->stats().fallbacks > 0);
}

TEST_CASE("under a policy that has Programs made in the background, these take over") {
  auto session = MakeSession(NewModel(Mlp()), {.policy = NewTieredPolicy({.runs = 1})});
  const std::vector<Tensor> inputs = MlpInput(3);
  Run(*session, inputs);
  CHECK(HasReason(session->stats()));
  Require(session->AwaitBackground(absl::InfiniteFuture()));
  CHECK(session->stats().swaps == 1);
  CHECK(session->Ready(Views(inputs)));
}

TEST_CASE("determinism, or a policy that keeps nothing, makes it the same as compiling") {
  const std::vector<Tensor> inputs = MlpInput(3);
  auto same_bits = MakeSession(NewModel(Mlp()), {.policy = NewJitPolicy(), .deterministic = true});
  Run(*same_bits, inputs);
  CHECK(same_bits->stats().fallbacks == 0);
  CHECK(same_bits->Ready(Views(inputs)));
  auto keeps_nothing = MakeSession(NewModel(Mlp()), {.policy = NewEagerPolicy()});
  Run(*keeps_nothing, inputs);
  CHECK(keeps_nothing->stats().fallbacks == 0);
}

}  // namespace
}  // namespace kairos::testing

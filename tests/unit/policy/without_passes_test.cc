#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

#include "kairos/pass.h"
#include "kairos/policies.h"
#include "tests/support/planned_model.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

TEST_CASE("a pass that is switched off does not run, and the results are the same") {
  auto runtime = NewRuntime("reference");
  auto model = NewModel(ConvNet());
  const std::vector<Tensor> inputs = ConvInput(1, 5, 6);
  const std::vector<Tensor> expected = RunReference(ConvNet(), inputs);
  auto all = NewSession(runtime, model, NewJitPolicy());
  Run(*all, inputs);
  for (const absl::string_view pass : AllPasses()) {
    CAPTURE(std::string(pass));
    const auto policy = WithoutPasses(NewJitPolicy(), {std::string(pass)});
    CHECK(policy->name() == "jit");
    CHECK(policy->passes().size() == AllPasses().size() - 1);
    auto session = NewSession(runtime, model, policy);
    CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
    const bool fused = session->Explain().size() == all->Explain().size();
    CHECK(fused == (pass != "fuse_post_ops"));
  }
}

TEST_CASE("what is ready was made with all passes, and is left alone without one") {
  auto runtime = NewRuntime("reference");
  const std::vector<Tensor> inputs = MlpInput(3);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  auto model = WithPlan(runtime, NewModel(Mlp()), signatures);
  auto session = NewSession(runtime, model, WithoutPasses(NewAutoPolicy(), {"fuse_post_ops"}));
  CHECK(MaxError(Run(*session, inputs), RunReference(Mlp(), inputs)) < 1e-5);
  CHECK(session->Explain().size() == 4);
  CHECK(session->stats().plan_hits == 0);
  REQUIRE(session->stats().fallback_reasons.size() == 1);
  CHECK(session->stats().fallback_reasons[0] == "passes are switched off");
}

TEST_CASE("without names nothing is wrapped") {
  const auto policy = NewJitPolicy();
  CHECK(WithoutPasses(policy, {}) == policy);
}

}  // namespace
}  // namespace kairos::testing

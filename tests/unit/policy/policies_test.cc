#include "kairos/policies.h"

#include <doctest/doctest.h>
#include <string>

#include "kairos/pass.h"
#include "tests/support/test_backend.h"

namespace kairos::testing {
namespace {

TEST_CASE("built-in policies are found by name") {
  for (const absl::string_view name : PolicyNames()) {
    CAPTURE(std::string(name));
    auto policy = PolicyByName(name);
    REQUIRE(policy.ok());
    CHECK((*policy)->name() == name);
  }
}

TEST_CASE("an unknown policy is an error that lists the known ones") {
  const absl::Status status = PolicyByName("AOT").status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()) ==
        "policy 'AOT': unknown, expected eager, jit, aot, tiered or auto");
}

TEST_CASE("the debugging policy runs no pass, the others all") {
  CHECK(NewEagerPolicy()->passes().empty());
  CHECK_FALSE(NewEagerPolicy()->specializes());
  CHECK_FALSE(NewEagerPolicy()->keeps_programs());
  for (const auto& policy : {NewJitPolicy(), NewAotPolicy(), NewAutoPolicy(), NewPlanningPolicy(),
                             NewTieredPolicy(), NewProvisionalPolicy()}) {
    CHECK(policy->passes().size() == AllPasses().size());
    CHECK(policy->specializes());
    CHECK(policy->keeps_programs());
  }
}

TEST_CASE("every source of a kernel has a name") {
  CHECK(KernelSourceName(KernelSource::kCompiled) == "compiled");
  CHECK(KernelSourceName(KernelSource::kCache) == "cache");
  CHECK(KernelSourceName(KernelSource::kPlan) == "plan");
  CHECK(KernelSourceName(KernelSource::kFallback) == "fallback");
}

TEST_CASE("the first candidate that supports a request is chosen, else each reason is told") {
  const auto nothing = [](const KernelRequest&) { return false; };
  auto a = NewTestBackend({.name = "a", .takes = nothing});
  auto b = NewTestBackend({.name = "b"});
  Node node;
  node.op = "Neg";
  node.inputs = {0};
  node.outputs = {1};
  const Operand operand{true, {DType::kFloat32, {2}, Layout::kPlain}, false, nullptr};
  const KernelRequest request{&node, {&operand, 1}, {&operand, 1}, 1, false};
  Backend* const both[] = {a.get(), b.get()};
  const auto policy = NewJitPolicy();
  CHECK(*policy->ChooseBackend({}, request, both) == b.get());
  const absl::Status status = policy->ChooseBackend({}, request, {both, 1}).status();
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(std::string(status.message()) == "no backend runs this: a: not for this backend");
}

TEST_CASE("the lazy policy keeps kernels in the cache, the debugging one does not") {
  BackendCounters counters;
  auto backend = NewTestBackend({.counters = &counters});
  Node node;
  node.op = "Neg";
  node.inputs = {0};
  node.outputs = {1};
  const Operand operand{true, {DType::kFloat32, {2}, Layout::kPlain}, false, nullptr};
  const KernelRequest request{&node, {&operand, 1}, {&operand, 1}, 1, false};
  KernelCache cache(1 << 20);
  PolicyContext context;
  context.cache = &cache;
  const auto source = [&](const Policy& policy) {
    return policy.GetKernel(context, *backend, request, nullptr)->source;
  };
  CHECK(source(*NewEagerPolicy()) == KernelSource::kCompiled);
  CHECK(source(*NewEagerPolicy()) == KernelSource::kCompiled);
  CHECK(source(*NewJitPolicy()) == KernelSource::kCompiled);
  CHECK(source(*NewJitPolicy()) == KernelSource::kCache);
  CHECK(counters.specialized == 3);
}

}  // namespace
}  // namespace kairos::testing

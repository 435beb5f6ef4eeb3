#include "kairos/runtime.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

TEST_CASE("the reference backend is always there, and last") {
  auto runtime = NewRuntime();
  REQUIRE_FALSE(runtime->backends().empty());
  CHECK(runtime->backends().back()->name() == "reference");
  CHECK(NewRuntime("reference")->backends().size() == 1);
}

TEST_CASE("a backend that is absent is an error that names those that are here") {
  const absl::Status status = Runtime::Make({.backend = "abacus"}).status();
  CHECK(status.code() == absl::StatusCode::kUnavailable);
  const std::string message(status.message());
  CHECK(message.rfind("backend 'abacus': not available, expected ", 0) == 0);
  CHECK(message.find("reference") != std::string::npos);
}

TEST_CASE("a thread count out of range is refused") {
  CHECK(std::string(Runtime::Make({.threads = -1}).status().message()) ==
        "threads: got -1, expected 0 (all) to 1024");
  CHECK(std::string(Runtime::Make({.threads = 1025}).status().message()) ==
        "threads: got 1025, expected 0 (all) to 1024");
}

TEST_CASE("the host's pool is used, whatever `threads` says") {
  const std::unique_ptr<ThreadPool> pool = NewThreadPool(2);
  RuntimeOptions options;
  options.threads = 1;
  options.thread_pool = pool.get();
  auto runtime = Unwrap(Runtime::Make(std::move(options)));
  CHECK(&runtime->thread_pool() == pool.get());
  auto session = NewSession(runtime, NewModel(Mlp()), NewJitPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Mlp(), MlpInput(3))) < 1e-5);
}

TEST_CASE("what one backend refuses goes to the next") {
  auto runtime = NewRuntime("", 1, NewTestBackend({.takes = [](const KernelRequest& request) {
                              return request.node->op == "Relu";
                            }}));
  auto session = NewSession(runtime, NewModel(Mlp()), NewEagerPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Mlp(), MlpInput(3))) < 1e-5);
  for (const StepInfo& step : session->Explain()) {
    CHECK((step.backend == "test") == (step.op == "Relu"));
  }
}

// Answers every question with the same backend.
class StubbornPolicy : public Policy {
 public:
  absl::string_view name() const override { return "stubborn"; }
  absl::StatusOr<Backend*> ChooseBackend(const PolicyContext& context, const KernelRequest&,
                                         absl::Span<Backend* const>) const override {
    return context.backends.front();
  }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext&, Backend&, const KernelRequest&,
                                           const StepRecord*) const override {
    return absl::UnimplementedError("never");
  }
};

TEST_CASE("a policy that insists on a backend that refused ends in an error") {
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), std::make_shared<StubbornPolicy>());
  const absl::Status status = session->Run(Views(MlpInput(3))).status();
  CHECK(status.code() == absl::StatusCode::kInternal);
  CHECK(std::string(status.message()).find("policy 'stubborn' chose backend") !=
        std::string::npos);
}

}  // namespace
}  // namespace kairos::testing

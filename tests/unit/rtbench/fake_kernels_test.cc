// The whole way from kernels with known delays to the rows of a report, and policies that stall.
#include <atomic>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <vector>

#include "rtbench/row.h"
#include "rtbench/runner.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/rtbench/rig.h"

namespace kairos::testing {
namespace {

using nlohmann::json;

constexpr int kWarmUpRuns = 10, kSteadyRuns = 1000;

// Of each of the two kernels, in ms: ten of a thousand steady runs are slow, and one is slower.
int64_t RunMs(int64_t run, int64_t usual) {
  const int64_t steady = run - 1 - kWarmUpRuns;
  if (steady < 0) return usual;
  if (steady == 500) return 200;
  return steady % 100 == 99 ? 50 : usual;
}

// Two ways to make the same network: one takes 450 ms per kernel and runs 5 ms, one is there at
// once and runs 6 ms. Everything else takes 2 + 7 + 3 ms.
Delays DelaysOf(const std::string& name) {
  const bool slow_start = name == "slow_start";
  Delays delays;
  delays.specialize_ms = slow_start ? 450 : 0;
  delays.run_ms = [usual = slow_start ? 5 : 6](int64_t run) { return RunMs(run, usual); };
  return delays;
}

json MeasuredRows() {
  const TempDir dir;
  Options options;
  options.models = {"net"};
  options.policies = {"slow_start", "fast_start"};
  options.sample.seconds = 0;
  options.sample.min_runs = kSteadyRuns;
  options.sample.warmup_runs = kWarmUpRuns;
  options.sample.engine.threads = 1;
  RunPlan plan;
  plan.repeats = options.repeats = 2;
  plan.elapsed_s = [] { return 0.0; };
  std::vector<Case> cases = MakeCases(options, dir.path());
  const auto take = [](const SampleRequest& request, bool) -> absl::StatusOr<json> {
    Rig rig(DelaysOf(request.engine.policy));
    rig.request = request;
    rig.request.engine.policy = "jit";
    return rig.Take(request.kind);
  };
  CHECK(RunCases(plan, take, &cases));
  return MakeRows(cases, json::object(), json::object());
}

TEST_CASE("kernels with known delays come out as the right percentiles, phases and break-even") {
  const json rows = MeasuredRows();
  const json &slow = rows[0], &fast = rows[1];
  CHECK_FALSE(slow.contains("error"));
  CHECK(slow.at("runs") == 2 * kSteadyRuns);
  CHECK(slow.at("min_ms") == 10);
  CHECK(slow.at("p50_ms") == 10);
  CHECK(slow.at("p90_ms") == 10);
  CHECK(slow.at("p99_ms") == 100);  // 1978 usual ones, 20 slow ones, 2 slower ones
  CHECK(slow.at("p999_ms").get<double>() == doctest::Approx(100 + 0.001 * 300));
  CHECK(slow.at("max_ms") == 400);
  CHECK(fast.at("p50_ms") == 12);

  CHECK(slow.at("cold_ms") == 2 + 7 + 3 + 2 * 450 + 2 * 5);
  CHECK(fast.at("cold_ms") == 2 + 7 + 3 + 2 * 6);
  CHECK(slow.at("phases_ms").at("setup") == 9);
  CHECK(slow.at("phases_ms").at("session") == 3);
  CHECK(slow.at("phases_ms").at("compile") == 900);
  CHECK(slow.at("phases_ms").at("run") == 10);
  CHECK(fast.at("phases_ms").at("compile") == 0);
  CHECK(slow.at("warmup_ms").get<std::vector<double>>() == std::vector<double>(kWarmUpRuns, 10));

  // 922 + 10 (n - 1) <= 24 + 12 (n - 1) from n - 1 = 449 on.
  for (const char* bound : {"runs", "low", "high"}) {
    CHECK(slow.at("break_even").at("fast_start").at(bound) == 450);
  }
  CHECK(fast.at("break_even").at("slow_start").at("runs").is_null());
}

// Takes 100 ms, once, to answer one of the questions that the executor asks.
class StallingPolicy : public Policy {
 public:
  StallingPolicy(FakeTime* time, std::string question)
      : time_(time), question_(std::move(question)) {}
  absl::string_view name() const override { return "stalling"; }
  absl::Status Check(const PolicyContext&) const override {
    Asked("Check");
    return absl::OkStatus();
  }
  absl::StatusOr<Backend*> ChooseBackend(const PolicyContext& context, const KernelRequest& request,
                                         absl::Span<Backend* const> candidates) const override {
    Asked("ChooseBackend");
    return Policy::ChooseBackend(context, request, candidates);
  }
  absl::StatusOr<ResolvedKernel> GetKernel(const PolicyContext&, Backend& backend,
                                           const KernelRequest& request,
                                           const StepRecord*) const override {
    Asked("GetKernel");
    ResolvedKernel resolved;
    absl::StatusOr<std::unique_ptr<Kernel>> kernel = backend.Specialize(request);
    if (!kernel.ok()) return kernel.status();
    resolved.kernel = *std::move(kernel);
    return resolved;
  }

 private:
  void Asked(const std::string& question) const {
    if (question == question_ && !stalled_.exchange(true)) time_->Pass(100);
  }
  FakeTime* const time_;
  const std::string question_;
  mutable std::atomic<bool> stalled_{false};
};

TEST_CASE("a policy that stalls shows it in the phase in which it was asked") {
  struct Stall {
    const char *question, *phase;
  };
  for (const Stall& stall :
       {Stall{"Check", "session"}, {"ChooseBackend", "compile"}, {"GetKernel", "compile"}}) {
    CAPTURE(stall.question);
    Rig rig({});
    rig.subject.make_policy = [&]() -> absl::StatusOr<std::shared_ptr<const Policy>> {
      return std::make_shared<StallingPolicy>(&rig.time, stall.question);
    };
    const json sample = rig.Take("cold");
    CHECK(sample.at("cold_ms") == 2 + 7 + 100);
    for (const auto& entry : sample.at("phases_ms").items()) {
      const std::string& phase = entry.key();
      CAPTURE(phase);
      const double usual = phase == "setup" ? 9 : 0;
      CHECK(entry.value() == (phase == stall.phase ? 100.0 : usual));
    }
  }
}

}  // namespace
}  // namespace kairos::testing

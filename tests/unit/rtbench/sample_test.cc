// Samples of networks whose kernels take a known time, on a clock that only they move.
#include "rtbench/sample.h"

#include <doctest/doctest.h>
#include <numeric>

#include "common/npy.h"
#include "kairos/compiler.h"
#include "rtbench/phases.h"
#include "rtbench/statistics.h"
#include "tests/support/graph_builder.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/rtbench/rig.h"

namespace kairos::testing {
namespace {

using nlohmann::json;

double Sum(const json& phases) {
  double sum = 0;
  for (const auto& [phase, ms] : phases.items()) sum += ms.get<double>();
  return sum;
}

TEST_CASE("a start is split into the phases in which the work was done") {
  Delays delays;
  delays.specialize_ms = 20;
  delays.pack_ms = 5;
  delays.run_ms = [](int64_t run) { return run == 0 ? 11 : 1; };
  const json sample = Rig(delays).Take("cold");
  const json& phases = sample.at("phases_ms");
  CHECK(phases.at("setup") == 2 + 7);
  CHECK(phases.at("session") == 3);
  CHECK(phases.at("compile") == 2 * 20);
  CHECK(phases.at("pack") == 2 * 5);
  CHECK(phases.at("run") == 2 * 11);
  CHECK(phases.at("other") == 0);
  CHECK(sample.at("cold_ms") == 9 + 3 + 40 + 10 + 22);
  CHECK(Sum(phases) == doctest::Approx(sample.at("cold_ms").get<double>()));
  CHECK(sample.at("compiles") == 2);
}

TEST_CASE("a stall shows in the phase where it happened and in no other") {
  struct Stall {
    const char* phase;
    int64_t specialize_ms, pack_ms, run_ms;
  };
  for (const Stall& stall :
       {Stall{"compile", 100, 0, 0}, {"pack", 0, 100, 0}, {"run", 0, 0, 100}}) {
    CAPTURE(stall.phase);
    int64_t left = 1;  // only the first kernel stalls
    Delays delays;
    delays.specialize_ms = stall.specialize_ms / 2;
    delays.pack_ms = stall.pack_ms / 2;
    delays.run_ms = [&left, stall](int64_t) { return left-- > 0 ? stall.run_ms : 0; };
    const json sample = Rig(delays).Take("cold");
    for (const auto& entry : sample.at("phases_ms").items()) {
      const std::string& phase = entry.key();
      const json& ms = entry.value();
      CAPTURE(phase);
      const bool fixed = phase == "setup" || phase == "session";
      if (!fixed) CHECK(ms == (phase == stall.phase ? 100.0 : 0.0));
    }
  }
}

TEST_CASE("kernels that come from a plan count as its import, not as compilation") {
  FakeTime time;
  Delays delays;
  delays.specialize_ms = 20;
  delays.load_ms = 4;
  const TempDir dir;
  {
    auto runtime = NewRuntime("", 1, std::make_unique<SlowBackend>(&time, delays));
    std::vector<Tensor> inputs;
    inputs.push_back(RandomTensor({1, 8}, 1));
    const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
    const Plan plan = Unwrap(CompilePlan(runtime, NewModel(Net()), signatures));
    Require(SaveModel(Net(), {&plan, 1}, dir.File("m.kai")));
  }
  Rig rig(delays, "aot");
  rig.subject.load_model = [&] { return Model::Load(dir.File("m.kai")); };
  const json sample = rig.Take("cold");
  const json& phases = sample.at("phases_ms");
  CHECK(sample.at("plan_hits") == 2);
  CHECK_FALSE(phases.contains("compile"));
  // Decoding the file took real time, the kernels 4 ms each of the fake one.
  CHECK(phases.at("plan").get<double>() >= 8);
  CHECK(sample.at("first_ms") == 8);
  for (const char* phase : {"io", "verify"}) CHECK(phases.contains(phase));
}

TEST_CASE("steady figures are those of the kernels") {
  Delays delays;
  delays.specialize_ms = 30;
  // Two kernels; run 0 is the first, 1 to 10 warm up, each of the rest takes 2 x 5 ms, but every
  // hundredth 2 x 50.
  delays.run_ms = [](int64_t run) {
    return run == 0 ? 40 : run <= 10 ? 20 - run : run % 100 == 0 ? 50 : 5;
  };
  Rig rig(delays);
  rig.request.seconds = 10;
  const json sample = rig.Take("steady");
  CHECK(sample.at("first_ms") == 2 * 30 + 2 * 40);
  const auto warmup = sample.at("warmup_ms").get<std::vector<double>>();
  REQUIRE(warmup.size() == 10);
  CHECK(warmup.front() == 2 * 19);
  CHECK(warmup.back() == 2 * 10);
  const auto runs = sample.at("samples_ms").get<std::vector<double>>();
  CHECK(Quantile(runs, 0.5) == 10);
  CHECK(Quantile(runs, 0.9) == 10);
  CHECK(Quantile(runs, 1) == 100);
  CHECK(std::accumulate(runs.begin(), runs.end(), 0.0) >= 10000);
  CHECK(sample.at("throughput_per_s").get<double>() ==
        doctest::Approx(static_cast<double>(runs.size()) / 10).epsilon(0.02));
  CHECK(sample.at("counters").at("steady").at("compiles") == 0);
}

TEST_CASE("an unseen shape is run at the end and costs what compiling it costs") {
  Delays delays;
  delays.specialize_ms = 30;
  Rig rig(delays);
  rig.request.seconds = 0;
  rig.request.min_runs = 3;
  const json sample = rig.Take("steady");
  CHECK(sample.at("unseen_shapes") == "x=9x8");
  CHECK(sample.at("unseen_ms") == 60);
  CHECK(sample.at("counters").at("unseen").at("compiles") == 2);
  CHECK(sample.at("samples_ms").size() == 3);
}

TEST_CASE("what is compiled while a session warms up is counted apart") {
  Rig rig({}, "eager");
  rig.request.seconds = 0;
  rig.request.min_runs = 3;
  const json counters = rig.Take("steady").at("counters");
  CHECK(counters.at("first").at("compiles") == 2);
  CHECK(counters.at("warmup").at("compiles") == 10 * 2);
  CHECK(counters.at("steady").at("compiles") == 3 * 2);
}

TEST_CASE("a model that runs in parts is measured like any other") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {64});
  const ValueId zero = b.Scalar<float>("zero", 0);
  // As many as are positive, which the two sets of inputs do not agree on.
  b.Output(b.Add("NonZero", {b.Add("Greater", {x, zero})}), "y");
  const auto model = NewModel(b.Build());
  for (const char* kind : {"cold", "steady", "sessions"}) {
    CAPTURE(kind);
    Rig rig({});
    rig.subject.load_model = [&] { return model; };
    rig.request.seconds = 0;
    rig.request.min_runs = 4;
    rig.request.sessions = 2;
    const json sample = rig.Take(kind);
    if (std::string(kind) == "cold") CHECK(sample.at("operators") >= 1);
  }
}

TEST_CASE("inputs from files stay what they are where their shape does") {
  const TempDir dir;
  Require(WriteNpy(dir.File("to.npy"), Int64Tensor({-1, 4}).view()));
  GraphBuilder b;
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
  b.Output(b.Add("Reshape", {x, b.Input("to", DType::kInt64, {2})}), "y");
  const auto model = NewModel(b.Build());
  for (const char* kind : {"steady", "churn", "parity"}) {
    CAPTURE(kind);
    Rig rig({});
    rig.subject.load_model = [&] { return model; };
    rig.request.inputs = {"to=" + dir.File("to.npy")};  // zeros and ones would not do
    rig.request.seconds = 0;
    rig.request.min_runs = 1;
    rig.request.churn = {"x", 0, 5, 7};
    rig.request.churn_calls = 3;
    const json sample = rig.Take(kind);
    if (std::string(kind) == "steady") {
      CHECK(sample.at("unseen_shapes") == "x=9x8,to=2");
      CHECK(sample.at("unseen_ms").is_number());
    }
  }
}

TEST_CASE("no steady runs are no error of the sample") {
  Rig rig({});
  rig.request.seconds = 0;
  rig.request.warmup_runs = 0;
  const json sample = rig.Take("steady");
  CHECK(sample.at("samples_ms").empty());
  CHECK(sample.at("warmup_ms").empty());
}

TEST_CASE("a clock that steps back is an error that says so") {
  Delays delays;
  FakeTime* time = nullptr;
  delays.run_ms = [&time](int64_t run) { return run == 3 ? -50 : 1; };
  Rig rig(delays);
  time = &rig.time;
  rig.request.kind = "steady";
  const absl::Status status = TakeSample(rig.request, rig.subject, rig.time.now_ns()).status();
  CHECK(status.code() == absl::StatusCode::kInternal);
  CHECK(std::string(status.message()) ==
        "clock: stepped back by 100000000 ns between two readings");
}

TEST_CASE("changing shapes are called one after the other, each with its size") {
  Delays delays;
  delays.specialize_ms = 10;
  Rig rig(delays);
  rig.request.churn = {"x", 0, 5, 7};
  rig.request.churn_calls = 40;
  const json churn = rig.Take("churn").at("churn");
  REQUIRE(churn.at("calls").size() == 40);
  double compiled = 0;
  for (const json& call : churn.at("calls")) {
    CHECK(call[0].get<int64_t>() >= 5);
    CHECK(call[0].get<int64_t>() <= 7);
    compiled += call[1].get<double>();
  }
  CHECK(compiled == 3 * 2 * 10);  // three sizes, each compiled once
  CHECK(churn.at("total_ms") == compiled);
}

TEST_CASE("churn of an input that is not there is refused") {
  Rig rig({});
  rig.request.kind = "churn";
  rig.request.churn = {"z", 0, 1, 2};
  CHECK(TakeSample(rig.request, rig.subject, rig.time.now_ns()).status() ==
        absl::InvalidArgumentError("churn: input 'z': unknown"));
  rig.request.churn = {"x", 5, 1, 2};
  CHECK(TakeSample(rig.request, rig.subject, rig.time.now_ns()).status() ==
        absl::InvalidArgumentError("churn: input 'x' has rank 2, got axis 5"));
}

TEST_CASE("several sessions run at once, each with its own figures") {
  Rig rig({});
  rig.subject.now_ns = SteadyNowNs;
  rig.request.kind = "sessions";
  rig.request.sessions = 3;
  rig.request.seconds = 0;
  const json sessions = Unwrap(TakeSample(rig.request, rig.subject, SteadyNowNs())).at("sessions");
  CHECK(sessions.at("count") == 3);
  CHECK(sessions.contains("throughput_per_s"));
}

TEST_CASE("time inside nested spans is counted once") {
  PhaseTimes times;
  AddSelfTimes({{"wait", 20000000, 5000000},
                {"compile", 10000000, 30000000},
                {"pack", 50000000, 10000000},
                {"record", 0, 100000000},
                {"run", 100000000, 7000000}},
               &times);
  CHECK(times["record"] == doctest::Approx(60));
  CHECK(times["compile"] == doctest::Approx(25));
  CHECK(times["wait"] == doctest::Approx(5));
  CHECK(times["pack"] == doctest::Approx(10));
  CHECK(times["run"] == doctest::Approx(7));
}

}  // namespace
}  // namespace kairos::testing

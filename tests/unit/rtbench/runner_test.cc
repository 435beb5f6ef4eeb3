// The order of samples, and what becomes of one that fails. Samples come from a function here.
#include "rtbench/runner.h"

#include <cmath>
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "rtbench/child_process.h"
#include "rtbench/row.h"
#include "rtbench/table.h"
#include "tests/support/temp_dir.h"

namespace kairos {
namespace {

using nlohmann::json;

json GoodSample(double cold_ms = 20, double steady_ms = 10) {
  return {{"load_ms", cold_ms / 2},
          {"first_ms", cold_ms / 2},
          {"cold_ms", cold_ms},
          {"threads", 2},
          {"compiles", 4},
          {"plan_hits", 0},
          {"cache_hits", 0},
          {"fallbacks", 0},
          {"weights_mb", 1.0},
          {"arena_mb", 1.0},
          {"peak_rss_mb", 30.0},
          {"steady_rss_mb", 25.0},
          {"warmup_ms", {steady_ms}},
          {"samples_ms", {steady_ms, steady_ms, steady_ms}},
          {"memory", json::array()}};
}

json ReportOf(json rows) {
  json report;
  report["environment"] = json::object();
  report["rows"] = std::move(rows);
  return report;
}

struct Bench {
  testing::TempDir dir;
  Options options;
  RunPlan plan;
  std::vector<std::string> taken;
  std::vector<Case> cases;
  double elapsed_s = 0;

  explicit Bench(std::vector<std::string> policies) {
    options.models = {"m.kai"};
    options.policies = std::move(policies);
    options.repeats = plan.repeats = 2;
    plan.elapsed_s = [this] { return elapsed_s; };
  }
  bool Run(const std::function<absl::StatusOr<json>(const SampleRequest&)>& sample) {
    cases = MakeCases(options, dir.path());
    return RunCases(
        plan,
        [&](const SampleRequest& request, bool) {
          taken.push_back(request.kind + " " + request.engine.policy);
          if (!request.outputs_path.empty()) {
            testing::WriteFile(request.outputs_path, std::string(8, 'x'));
          }
          return sample(request);
        },
        &cases);
  }
  json Rows() const {
    return MakeRows(cases, {{"peak_rss_mb", 10.0}, {"steady_rss_mb", 10.0}}, json::object());
  }
};

TEST_CASE("policies take turns, sample by sample") {
  Bench bench({"a", "b"});
  CHECK(bench.Run([](const SampleRequest&) { return GoodSample(); }));
  const std::vector<std::string> expected = {"cold a", "steady a", "cold b", "steady b",
                                             "cold a", "steady a", "cold b", "steady b"};
  CHECK(bench.taken == expected);
}

TEST_CASE("a policy that fails is reported in place, and the others are whole") {
  Bench bench({"a", "b"});
  bench.Run([](const SampleRequest& request) -> absl::StatusOr<json> {
    if (request.engine.policy == "a") return absl::InternalError("no kernel");
    return GoodSample();
  });
  const json rows = bench.Rows();
  CHECK(rows[0].at("error") == "no kernel");
  CHECK_FALSE(rows[0].contains("p50_ms"));
  CHECK_FALSE(rows[1].contains("error"));
  CHECK(rows[1].at("p50_ms") == 10);
  CHECK(rows[1].at("peak_rss_mb") == 20);
  CHECK(bench.taken ==
        std::vector<std::string>{"cold a", "cold b", "steady b", "cold b", "steady b"});
  const std::string text = FormatReport(ReportOf(rows));
  CHECK(text.find("! no kernel") != std::string::npos);
  CHECK(GroupName(rows[0]) == GroupName(rows[1]));
}

TEST_CASE("what was measured before a failure is kept beside the error") {
  Bench bench({"a"});
  int calls = 0;
  bench.Run([&](const SampleRequest&) -> absl::StatusOr<json> {
    if (++calls > 2) return absl::InternalError("ended by signal 9 (Killed)");
    return GoodSample();
  });
  const json row = bench.Rows()[0];
  CHECK(row.at("error") == "ended by signal 9 (Killed)");
  CHECK(row.at("p50_ms") == 10);
}

TEST_CASE("samples that hold no numbers are errors that name the field") {
  const auto error = [](const json& sample) { return std::string(CheckSample(sample).message()); };
  CHECK(error(json::parse(R"({"cold_ms": null})")) == "sample: 'cold_ms' is no number");
  CHECK(error(json::parse(R"({"a": {"samples_ms": [1, null]}})")) ==
        "sample: 'samples_ms' is no number");
  CHECK(error(json::parse(R"({"load_ms": -3})")) ==
        "sample: 'load_ms' is -3; a clock stepped back");
  json sample = GoodSample();
  sample["p50_ms"] = NAN;
  CHECK(error(sample) == "sample: 'p50_ms' is no finite number");
  CHECK(error(GoodSample()).empty());
  CHECK(error(json::parse(R"({"unseen_ms": null})")).empty());
}

TEST_CASE("nothing measured is an error of the row, not of the report") {
  Bench none({"a"});
  none.options.repeats = none.plan.repeats = 0;
  none.Run([](const SampleRequest&) { return GoodSample(); });
  CHECK(none.taken.empty());
  CHECK(none.Rows()[0].at("error") == "nothing measured: 0 repeats");

  Bench no_runs({"a"});
  no_runs.Run([](const SampleRequest&) {
    json sample = GoodSample();
    sample["samples_ms"] = json::array();
    return sample;
  });
  CHECK(no_runs.Rows()[0].at("error") == "nothing measured: 0 steady runs");
  CHECK(no_runs.Rows()[0].at("cold_ms") == 20);
  CHECK_FALSE(FormatReport(ReportOf(no_runs.Rows())).empty());
}

TEST_CASE("outputs that hold NaN are an error of their row") {
  Bench bench({"a", "b"});
  bench.Run([](const SampleRequest& request) {
    const double values[] = {1, request.engine.policy == "b" ? NAN : 2};
    if (!request.outputs_path.empty()) {
      testing::WriteFile(request.outputs_path,
                         std::string(reinterpret_cast<const char*>(values), sizeof(values)));
    }
    return GoodSample();
  });
  const json rows = bench.Rows();
  CHECK_FALSE(rows[0].contains("error"));
  CHECK(rows[1].at("error") == "outputs hold 1 NaN");
}

TEST_CASE("a spent budget ends the repeats, but each row has its first samples") {
  Bench bench({"a", "b"});
  bench.options.repeats = bench.plan.repeats = 100;
  bench.plan.budget_s = 5;
  CHECK_FALSE(bench.Run([&](const SampleRequest&) {
    bench.elapsed_s += 1.5;
    return GoodSample();
  }));
  CHECK(bench.taken.size() == 4);  // 6 s after the first round
}

TEST_CASE("other runtimes take part in steady samples and churn alone") {
  Bench bench({"a"});
  bench.options.peers = {"other"};
  bench.options.onnx = {"m.onnx"};
  bench.options.repeats = bench.plan.repeats = 1;
  bench.plan.churn = bench.plan.sessions = bench.plan.parity = true;
  bench.Run([](const SampleRequest&) {
    json sample = GoodSample();
    sample["parity"]["ok"] = true;
    return sample;
  });
  CHECK(bench.taken == std::vector<std::string>{"cold a", "steady a", "steady other", "churn a",
                                                "sessions a", "parity a", "churn other"});
  CHECK(bench.Rows()[1].at("is_peer") == true);
}

TEST_CASE("a peer without an ONNX file says so in its row") {
  Bench bench({"a"});
  bench.options.peers = {"other"};
  bench.Run([](const SampleRequest&) { return GoodSample(); });
  CHECK(bench.Rows()[1].at("error") == "no --onnx for this model");
}

TEST_CASE("break-even of each pair is in both rows") {
  Bench bench({"slow_start", "slow_runs"});
  bench.Run([](const SampleRequest& request) {
    return request.engine.policy == "slow_start" ? GoodSample(1000, 10) : GoodSample(100, 12);
  });
  const json rows = bench.Rows();
  CHECK(rows[0].at("break_even").at("slow_runs").at("runs") == 451);
  CHECK(rows[1].at("break_even").at("slow_start").at("runs").is_null());
}

TEST_CASE("a child that is killed is reported with the signal") {
  const absl::StatusOr<ChildResult> child = RunChild({"sh", "-c", "kill -9 $$"});
  REQUIRE(child.ok());
  CHECK(child->exit_code == 128 + 9);
  const testing::TempDir dir;
  testing::WriteFile(dir.File("killed"), "#!/bin/sh\nkill -9 $$\n");
  std::filesystem::permissions(dir.File("killed"), std::filesystem::perms::owner_all);
  Options options;
  options.program = dir.File("killed");
  CHECK(ChildSampler(options)(SampleRequest(), false).status() ==
        absl::InternalError("ended by signal 9 (Killed)"));
  options.program = "/bin/sh";  // refuses the arguments of a child
  const absl::Status status = ChildSampler(options)(SampleRequest(), false).status();
  CHECK_FALSE(status.ok());
  options.program = "/nonexistent";
  CHECK_FALSE(ChildSampler(options)(SampleRequest(), false).ok());
}

TEST_CASE("a request survives its way to the child") {
  SampleRequest request;
  request.kind = "churn";
  request.engine = {.policy = "jit", .backend = "reference", .threads = 3, .strict = true};
  request.model = "a \"b\".kai";
  request.shapes = {{"x", {1, 2}}, {"s", {}}};
  request.churn = {"x", 1, 4, 9};
  request.churn_dims = {{"x", 1}, {"y", 0}};
  request.spawned_ns = 12345678901234;
  const absl::StatusOr<SampleRequest> back = RequestFromJson(ToJson(request).dump());
  REQUIRE(back.ok());
  CHECK(ToJson(*back) == ToJson(request));
  CHECK_FALSE(RequestFromJson("{}").ok());
  CHECK_FALSE(RequestFromJson("no json").ok());
}

TEST_CASE("a model that is refused beforehand fails in its rows, and no other") {
  Bench bench({"a"});
  bench.options.models = {"bad.kai", "m.kai"};
  bench.options.refused["bad.kai"] = "bad.onnx: no model";
  bench.Run([](const SampleRequest&) { return GoodSample(); });
  CHECK(bench.Rows()[0].at("error") == "bad.onnx: no model");
  CHECK_FALSE(bench.Rows()[1].contains("error"));
}

TEST_CASE("churn calls at sizes that peer.py knows, too") {
  // state = state * 48271 % 2147483647 from 5 on, size = 64 + state % 1537
  CHECK(ChurnSizes({"x", 3, 64, 1600}, 5) == std::vector<int64_t>{110, 313, 440, 957, 934});
  CHECK(ChurnSizes({"x", 3, 7, 7}, 2) == std::vector<int64_t>{7, 7});
}

TEST_CASE("churn is written NAME.AXIS=LOW..HIGH") {
  const absl::StatusOr<Churn> churn = ParseChurn("some.name.3=64..1600");
  REQUIRE(churn.ok());
  CHECK(churn->input == "some.name");
  CHECK(churn->axis == 3);
  CHECK(churn->low == 64);
  CHECK(churn->high == 1600);
  for (const char* text : {"", "x", "x=1..2", ".1=1..2", "x.1=2..1", "x.1=0..2", "x.a=1..2",
                           "x.9=1..2", "x.1=1", "x.1=1..99999999999"}) {
    CAPTURE(text);
    CHECK(std::string(ParseChurn(text).status().message()) ==
          absl::StrCat("churn '", text, "': expected NAME.AXIS=LOW..HIGH such as x.3=64..1600"));
  }
}

}  // namespace
}  // namespace kairos

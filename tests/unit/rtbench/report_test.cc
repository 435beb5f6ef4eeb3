// What is made of rows: differences between reports, facts of models and machines, pictures.
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <vector>

#include "rtbench/diff.h"
#include "rtbench/machine.h"
#include "rtbench/model_facts.h"
#include "rtbench/page.h"
#include "rtbench/phases.h"
#include "rtbench/picture.h"
#include "rtbench/table.h"
#include "rtbench/text.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"
#include "tests/support/temp_dir.h"

namespace kairos::testing {
namespace {

using nlohmann::json;

json Row(const std::string& policy, double p50_ms) {
  return {{"model", "net"},
          {"policy", policy},
          {"shapes", "x=1x8"},
          {"threads", 2},
          {"is_peer", false},
          {"cold_ms", 20.0},
          {"cold_ci_ms", {19.0, 21.0}},
          {"cold_samples_ms", {19.0, 20.0, 21.0}},
          {"first_ms", 8.0},
          {"p50_ms", p50_ms},
          {"p50_ci_ms", {p50_ms * 0.99, p50_ms * 1.01}},
          {"process_p50_ms", {p50_ms * 0.99, p50_ms, p50_ms * 1.01}},
          {"samples_ms", {p50_ms, p50_ms, 2 * p50_ms}},
          {"peak_rss_mb", 50.0},
          {"compiles", 4},
          {"fallbacks", 0},
          {"runs", 3}};
}
json Report(const std::vector<json>& rows) {
  json report;
  report["environment"]["cpu"] = "this";
  report["rows"] = rows;
  return report;
}

Diff DiffOf(const json& before, const json& after) {
  return Unwrap(DiffReports(before, after, DiffOptions()));
}

TEST_CASE("equal reports do not differ") {
  const json report = Report({Row("jit", 10), Row("aot", 9)});
  const Diff diff = DiffOf(report, report);
  CHECK(diff.worse == 0);
  CHECK(diff.better == 0);
  CHECK(diff.text ==
        "0 worse, 0 better, 2 rows without a change beyond noise, 0 rows in one report only\n");
}

TEST_CASE("a time that is longer beyond noise is worse, a shorter one better") {
  const Diff diff =
      DiffOf(Report({Row("jit", 10), Row("aot", 10)}), Report({Row("jit", 12), Row("aot", 8)}));
  CHECK(diff.worse == 1);
  CHECK(diff.better == 1);
  CHECK(diff.text.find("worse   net  x=1x8  2 threads  jit  p50 ms 10.0 -> 12.0 (+20%)") !=
        std::string::npos);
}

TEST_CASE("a difference within the intervals, or too small to matter, is none") {
  json noisy = Row("jit", 12);
  noisy["process_p50_ms"] = {9.0, 12.0, 15.0};
  CHECK(DiffOf(Report({Row("jit", 10)}), Report({noisy})).worse == 0);
  json close = Row("jit", 10.2);
  close["process_p50_ms"] = {10.2, 10.2, 10.2};
  json before = Row("jit", 10);
  before["process_p50_ms"] = {10.0, 10.0, 10.0};
  CHECK(DiffOf(Report({before}), Report({close})).worse == 0);
}

TEST_CASE("counters, memory and rows that fail are compared too") {
  json changed = Row("jit", 10);
  changed["compiles"] = 5;
  changed["peak_rss_mb"] = 40.0;
  changed["error"] = "no kernel";
  const Diff diff = DiffOf(Report({Row("jit", 10)}), Report({changed}));
  CHECK(diff.worse == 2);
  CHECK(diff.better == 1);
  CHECK(diff.text.find("fails: no kernel") != std::string::npos);
}

TEST_CASE("rows of one report only, and other machines, are named") {
  json other = Report({Row("aot", 10)});
  other["environment"]["cpu"] = "that";
  const Diff diff = DiffOf(Report({Row("jit", 10)}), other);
  CHECK(diff.text.find("new     net  x=1x8  2 threads  aot\n") != std::string::npos);
  CHECK(diff.text.find("gone    net  x=1x8  2 threads  jit\n") != std::string::npos);
  CHECK(diff.text.find("different machines: this and that") != std::string::npos);
}

TEST_CASE("what is no report is refused") {
  CHECK(DiffReports(json::object(), Report({}), DiffOptions()).status().code() ==
        absl::StatusCode::kInvalidArgument);
  CHECK_FALSE(
      DiffReports(Report({json::parse(R"({"model": 3})")}), Report({Row("jit", 1)}), DiffOptions())
          .ok());
}

TEST_CASE("arithmetic of a run is that of its operators") {
  GraphBuilder b("net");
  const ValueId x = b.Input("x", DType::kFloat32, {2, 3, 8, 8});
  const ValueId conv =
      b.Add("Conv", {x, b.Random<float>("w", {6, 3, 3, 3}, 1)}, {{"pads", Ints{1, 1, 1, 1}}});
  const ValueId flat = b.Add("Flatten", {conv});
  b.Output(b.Add("Gemm", {flat, b.Random<float>("v", {384, 5}, 2)}), "y");
  auto session = NewSession(NewRuntime("reference"), NewModel(b.Build()), NewEagerPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({2, 3, 8, 8}, 3));
  const Work work = WorkOf(Unwrap(session->Record(Views(inputs))));
  CHECK(work.flop == 2.0 * (2 * 6 * 8 * 8) * 27 + 2.0 * 2 * 5 * 384);
  CHECK(work.traffic_bytes >= 4.0 * (384 + 6 * 27 + 768 + 768 + 384 * 5 + 10));
}

TEST_CASE("an unseen shape grows the last free dimension and its namesakes") {
  GraphBuilder b("net");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {-1, "t"}});
  const ValueId y = b.InputDims("y", DType::kFloat32, {{-1, "n"}, {-1, "t"}});
  b.Output(b.Add("Add", {x, y}), "z");
  const auto model = NewModel(b.Build());
  const auto shapes = UnseenShapes(*model, {{"x", {1, 16}}, {"y", {1, 16}}});
  REQUIRE(shapes.has_value());
  CHECK(FormatShapeArg(*shapes) == "x=1x24,y=1x24");
  GraphBuilder fixed("fixed");
  fixed.Output(fixed.Add("Relu", {fixed.Input("x", DType::kFloat32, {1, 2})}), "y");
  CHECK_FALSE(UnseenShapes(*NewModel(fixed.Build()), {}).has_value());
}

TEST_CASE("dimensions of one name churn together") {
  GraphBuilder b("net");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {-1, "t"}});
  const ValueId y = b.InputDims("y", DType::kFloat32, {{-1, "t"}, {-1, "t"}, {-1, ""}});
  b.Output(b.Add("MatMul", {x, y}), "z");
  const auto model = NewModel(b.Build());
  CHECK(Unwrap(FindChurnDims(*model, {"x", 1, 2, 3})) == ChurnDims{{"x", 1}, {"y", 0}, {"y", 1}});
  CHECK(Unwrap(FindChurnDims(*model, {"y", 2, 2, 3})) == ChurnDims{{"y", 2}});
}

TEST_CASE("the size of a folder is that of its files, in folders too") {
  const TempDir dir;
  WriteFile(dir.File("a"), std::string(1000, 'a'));
  std::filesystem::create_directory(dir.File("b"));
  WriteFile(dir.File("b/c"), std::string(500, 'c'));
  CHECK(FolderMb(dir.path()) == 0.0015);
  CHECK(FolderMb(dir.File("none")) == 0);
}

TEST_CASE("a busy machine is a warning, one that is idle or not known is none") {
  CHECK(BusyWarnings(10, 10).empty());
  CHECK(BusyWarnings(-1, -1).empty());
  const std::vector<std::string> expected = {
      "The machine was 25% busy with other work before the measurement.",
      "Others used 11% of the machine during the measurement."};
  CHECK(BusyWarnings(25, 11) == expected);
}

TEST_CASE("busy time is read from the system's counters") {
  const auto ticks = ParseCpuTicks("cpu  10 1 5 80 4 0 1 2 0 0\ncpu0 1 1 1 1\n");
  REQUIRE(ticks.has_value());
  CHECK(ticks->all == 103);
  CHECK(ticks->busy == 19);
  CHECK_FALSE(ParseCpuTicks("").has_value());
  CHECK_FALSE(ParseCpuTicks("cpu a b c d e f").has_value());
}

TEST_CASE("text stays within 100 columns") {
  json row = Row("a_policy_with_a_long_name", 12345.678);
  row["break_even"]["aot"] = json::parse(R"({"runs": 1000000, "low": 3, "high": null})");
  json other = Row("aot", 10);
  other["break_even"][row["policy"].get<std::string>()] =
      json::parse(R"({"runs": null, "low": null, "high": null})");
  for (const Phase& phase : kPhases) row["phases_ms"][std::string(phase.name)] = 1234.5;
  row["shapes"] = other["shapes"] = std::string(70, 'a') + "=1x8, " + std::string(60, 'b') + "=1x8";
  row["error"] =
      "node 'x' (LSTM): " + std::string(60, 'c') + " has shape [1,1,1,128,2], expected rank 3";
  const std::string text = FormatReport(Report({row, other}));
  size_t column = 0;
  for (char c : text) {
    if (c == '\n') column = 0;
    if (c != '\n' && (static_cast<unsigned char>(c) & 0xC0) != 0x80) ++column;
    CHECK(column <= 100);
  }
  CHECK(text.find("never") != std::string::npos);
  CHECK(text.find("expected rank 3\n") != std::string::npos);
  CHECK(text.find(" proc setup    io verif") != std::string::npos);
  CHECK(text.find("  1234  1234") != std::string::npos);
}

TEST_CASE("figures have three digits, and small ones do not vanish") {
  CHECK(Significant(0) == "0");
  CHECK(Significant(0.000341) == "0.00034");
  CHECK(Significant(0.01234) == "0.0123");
  CHECK(Significant(0.1234) == "0.123");
  CHECK(Significant(9.876) == "9.88");
  CHECK(Significant(98.76) == "98.8");
  CHECK(Significant(12345.6) == "12346");
}

TEST_CASE("outputs that differ without end are shown as such") {
  json row = Row("jit", 10);
  row.update(json::parse(R"({"compared_with": "eager", "same_bits": false, "output_scale": 1})"));
  row["max_abs_diff"] = "infinite";
  CHECK(FormatReport(Report({row})).find("infinite\n") != std::string::npos);
}

TEST_CASE("a page holds its data, style and code, and cannot be ended by a name") {
  json row = Row("jit", 10);
  row["model"] = "</script><b>";
  const json failed = json::parse(R"({"model": "net", "policy": "aot", "error": "x"})");
  const std::string page = MakePage(Report({row, failed}));
  CHECK(page.find("</script><b>") == std::string::npos);
  CHECK(page.find("\"latency\"") != std::string::npos);
  CHECK(page.find("/*") == page.find("/* "));                  // every place was filled
  CHECK(page.find("http") == page.find("http://www.w3.org"));  // no network
}

TEST_CASE("a picture has a bar for each figure") {
  const std::string svg = DrawPicture(Report({Row("jit", 10), Row("aot", 5)}));
  size_t bars = 0;
  for (size_t at = svg.find("<rect x"); at != std::string::npos; at = svg.find("<rect x", at + 1)) {
    ++bars;
  }
  CHECK(bars == 6);
  CHECK(FormatMarkdown(Report({Row("jit", 10)}))
            .find("| net  x=1x8  2 threads | jit | 20.0 | 10.0 |") != std::string::npos);
}

}  // namespace
}  // namespace kairos::testing

// Plans made from older plans: what an edit leaves as it was is not compiled or packed again.
#include <doctest/doctest.h>
#include <functional>
#include <string>
#include <vector>

#include "tests/support/planned_model.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// Four convolutions of different sizes. The edits change the second one.
struct Edit {
  int64_t dilation = 1;
  uint32_t weights = 1;
};

Graph Chain(const Edit& edit = {}) {
  GraphBuilder b("chain");
  ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {2, ""}, {8, ""}, {8, ""}});
  for (int64_t i = 0; i < 4; ++i) {
    const int64_t d = i == 1 ? edit.dilation : 1;
    const std::string number = std::to_string(i);
    const ValueId w = b.Random<float>("w" + number, {3 + i, 2 + i, 3, 3},
                                      i == 1 ? edit.weights : 10 + static_cast<uint32_t>(i));
    x = b.Add("Conv", {x, w}, {{"dilations", Ints{d, d}}, {"pads", Ints{d, d, d, d}}},
              "conv" + number);
  }
  b.Output(x, "y");
  return b.Build();
}

std::vector<Tensor> ChainInput(int64_t n) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({n, 2, 8, 8}, 3));
  return inputs;
}

std::shared_ptr<Runtime> Machine(BackendCounters* counters = nullptr,
                                 const std::string& version = "1") {
  return NewRuntime(
      "", 1,
      NewTestBackend(
          {.fingerprint = {{"version", version}}, .packs_weights = true, .counters = counters}));
}

struct Compiled {
  std::vector<EntryReport> reports;
  Plan plan;
  BackendCounters counters;
};

// On a machine of its own, for inputs of these batch sizes.
void Compile(const Graph& graph, const std::vector<int64_t>& sizes, CompileOptions options,
             Compiled* compiled, const std::string& version = "1") {
  std::vector<std::vector<Tensor>> inputs;
  std::vector<std::vector<TensorView>> signatures;
  for (int64_t n : sizes) inputs.push_back(ChainInput(n));
  for (const std::vector<Tensor>& tensors : inputs) signatures.push_back(Views(tensors));
  options.done = [&](size_t, const EntryReport& report) { compiled->reports.push_back(report); };
  compiled->plan = Unwrap(
      CompilePlan(Machine(&compiled->counters, version), NewModel(graph), signatures, options));
}

std::shared_ptr<const Model> Old(const std::vector<int64_t>& sizes = {1}) {
  std::vector<std::vector<Tensor>> inputs;
  std::vector<std::vector<TensorView>> signatures;
  for (int64_t n : sizes) inputs.push_back(ChainInput(n));
  for (const std::vector<Tensor>& tensors : inputs) signatures.push_back(Views(tensors));
  return WithPlan(Machine(), NewModel(Chain()), signatures);
}

void CheckReport(const EntryReport& report, int64_t steps, int64_t reused, int64_t compiled) {
  CHECK(report.steps == steps);
  CHECK(report.reused == reused);
  CHECK(report.compiled == compiled);
}

std::string FileWith(const Graph& graph, const Plan& plan) {
  const TempDir directory;
  Require(SaveModel(graph, {&plan, 1}, directory.File("m.kai")));
  return ReadFile(directory.File("m.kai"));
}

TEST_CASE("after an edit of one node only its kernel is compiled") {
  const Graph edited = Chain({.dilation = 2});
  Compiled reused, fresh;
  Compile(edited, {1}, {.from = Old()}, &reused);
  Compile(edited, {1}, {}, &fresh);
  REQUIRE(reused.reports.size() == 1);
  CheckReport(reused.reports[0], 4, 3, 1);
  CHECK(reused.counters.specialized == 1);
  CHECK(reused.counters.loaded == 3);
  CHECK(reused.counters.packed == 0);  // the edit left the weights as they were
  CHECK(fresh.counters.specialized == 4);
  CHECK(fresh.counters.packed == 4);
  CHECK(FileWith(edited, reused.plan) == FileWith(edited, fresh.plan));
}

TEST_CASE("an edited weight alone is packed again, and nothing compiled") {
  const Graph edited = Chain({.weights = 2});
  Compiled reused, fresh;
  Compile(edited, {1}, {.from = Old()}, &reused);
  Compile(edited, {1}, {}, &fresh);
  CheckReport(reused.reports[0], 4, 4, 0);
  CHECK(reused.counters.specialized == 0);
  CHECK(reused.counters.packed == 1);
  CHECK(FileWith(edited, reused.plan) == FileWith(edited, fresh.plan));
}

TEST_CASE("each entry says what it reused, and a new shape is compiled") {
  Compiled reused;
  Compile(Chain({.dilation = 2}), {1, 3, 2}, {.from = Old({1, 2})}, &reused);
  REQUIRE(reused.reports.size() == 3);
  CheckReport(reused.reports[0], 4, 3, 1);
  CheckReport(reused.reports[1], 4, 0, 4);
  CheckReport(reused.reports[2], 4, 3, 1);
}

TEST_CASE("steps of one entry that are the same share the kernel that was compiled") {
  GraphBuilder b("twins");
  ValueId x = b.Input("x", DType::kFloat32, {1, 2, 8, 8});
  for (uint32_t i = 0; i < 3; ++i) {
    const ValueId w = b.Random<float>("w" + std::to_string(i), {2, 2, 1, 1}, i);
    x = b.Add("Conv", {x, w}, {}, "conv" + std::to_string(i));
  }
  b.Output(x, "y");
  Compiled compiled;
  Compile(b.Build(), {1}, {.from = Old()}, &compiled);
  CheckReport(compiled.reports[0], 3, 0, 1);
}

TEST_CASE("a plan of another machine gives nothing") {
  Compiled compiled;
  Compile(Chain(), {1}, {.from = Old()}, &compiled, "2");
  CheckReport(compiled.reports[0], 4, 0, 4);
  CHECK(compiled.counters.packed == 4);
}

TEST_CASE("a kernel that does not thaw is compiled") {
  Plan plan = Old()->plans()[0];
  plan.programs[0].steps[2].frozen = "frozen elsewhere";
  const TempDir directory;
  Require(SaveModel(Chain(), {&plan, 1}, directory.File("m.kai")));
  Compiled compiled;
  Compile(Chain(), {1}, {.from = Unwrap(Model::Load(directory.File("m.kai")))}, &compiled);
  CheckReport(compiled.reports[0], 4, 3, 1);
}

TEST_CASE("packed weights are taken by their contents only") {
  // The plan's packed form of w1 claims to be that of w2, which has another size.
  const auto old = Old();
  Plan plan = old->plans()[0];
  for (Slot& slot : plan.programs[0].slots) {
    if (slot.name == "w1") slot.name = "w2";
  }
  const TempDir directory;
  Require(SaveModel(Chain(), {&plan, 1}, directory.File("m.kai")));
  Compiled compiled;
  Compile(Chain(), {1}, {.from = Unwrap(Model::Load(directory.File("m.kai")))}, &compiled);
  CHECK(compiled.counters.packed == 1);
  CHECK(FileWith(Chain(), compiled.plan) == FileWith(Chain(), old->plans()[0]));
}

TEST_CASE("what is reused only is refused where the old plan lacks it, naming the node") {
  const std::vector<Tensor> inputs = ChainInput(1);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  CHECK(CompilePlan(Machine(), NewModel(Chain({.dilation = 2})), signatures,
                    {.from = Old(), .only_reuse = true})
            .status() ==
        absl::FailedPreconditionError("node 'conv1' (Conv): the plan has no kernel for it, and "
                                      "none may be compiled"));
}

TEST_CASE("plans of the built-in backends are reused, fused steps too") {
  const std::vector<Tensor> inputs = ConvInput(2, 5, 6);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const auto old = WithPlan(NewRuntime(), NewModel(ConvNet()), signatures);
  EntryReport report;
  CompileOptions options{
      .done = [&](size_t, const EntryReport& r) { report = r; }, .from = old, .only_reuse = true};
  const Plan same = Unwrap(CompilePlan(NewRuntime(), NewModel(ConvNet()), signatures, options));
  CheckReport(report, report.steps, report.steps, 0);
  CHECK(FileWith(ConvNet(), same) == FileWith(ConvNet(), old->plans()[0]));
}

}  // namespace
}  // namespace kairos::testing

// What sessions ran, and plans made of it.
#include <doctest/doctest.h>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/control_flow.h"
#include "tests/support/fake_time.h"
#include "tests/support/planned_model.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// y = x in the shape that is given
Graph Reshaper() {
  GraphBuilder b;
  const ValueId x = b.Add("Neg", {b.Input("x", DType::kFloat32, {-1})});
  b.Output(b.Add("Neg", {b.Add("Reshape", {x, b.Input("shape", DType::kInt64, {2})})}), "y");
  return b.Build();
}

std::vector<Tensor> ReshaperInput(int64_t rows) {
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({12}, 1));
  inputs.push_back(Int64Tensor({rows, 12 / rows}));
  return inputs;
}

std::shared_ptr<const Policy> Strict() { return NewAotPolicy({OnPlanMismatch::kError}); }

TEST_CASE("a session counts the runs of each signature, in the order in which it saw them") {
  for (const auto& policy : {NewJitPolicy(), NewEagerPolicy()}) {
    auto session = NewSession(NewRuntime(), NewModel(Mlp()), policy);
    for (int64_t n : {3, 5, 3, 3}) Run(*session, MlpInput(n));
    const std::vector<Tensor> seven = MlpInput(7);
    Require(session->Prepare(Views(seven)));
    const RunLog log = session->run_log();
    REQUIRE(log.entries.size() == 3);
    for (size_t i = 0; i < 3; ++i) {
      const RunLogEntry& entry = log.entries[i];
      CHECK(entry.runs == std::vector<int64_t>{3, 1, 0}[i]);
      CHECK(entry.signature.inputs[0].shape[0] == std::vector<int64_t>{3, 5, 7}[i]);
      CHECK(entry.input_names == std::vector<std::string>{"x"});
      CHECK(entry.made_ns > 0);
      CHECK(entry.total_ns == 0);
    }
    CHECK(log.other_runs == 0);
  }
}

TEST_CASE("the bytes of inputs that decide shapes tell signatures apart") {
  auto session = NewSession(NewRuntime(), NewModel(Reshaper()), NewJitPolicy());
  for (int64_t rows : {3, 4, 3}) Run(*session, ReshaperInput(rows));
  const RunLog log = session->run_log();
  REQUIRE(log.entries.size() == 2);
  CHECK(log.entries[0].runs == 2);
  CHECK(log.entries[0].signature.values[0].empty());
  const int64_t shape[] = {3, 4};
  CHECK(log.entries[0].signature.values[1] ==
        std::string(reinterpret_cast<const char*>(shape), sizeof(shape)));
}

TEST_CASE("times are those of the session's clock, when they are asked for") {
  FakeTime time;
  Delays delays{.specialize_ms = 7};
  delays.run_ms = [](int64_t run) { return run == 0 ? 50 : 20; };
  auto runtime = NewRuntime("", 1, std::make_unique<SlowBackend>(&time, delays));
  GraphBuilder b;
  b.Output(b.Add("Neg", {b.Input("x", DType::kFloat32, {2})}));
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({2}, 1));
  for (bool timed : {true, false}) {
    SessionOptions options;
    options.policy = NewEagerPolicy();
    options.clock_ns = time.clock();
    options.time_runs = timed;
    auto session = Unwrap(Session::Make(runtime, NewModel(b.Build()), std::move(options)));
    for (int i = 0; i < 3; ++i) Run(*session, inputs);
    const RunLogEntry entry = session->run_log().entries.at(0);
    CHECK(entry.runs == 3);
    CHECK(entry.made_ns == 7000000);
    CHECK(entry.first_ns == (timed ? 50000000 : 0));
    CHECK(entry.total_ns == (timed ? 150000000 : 0));  // a kernel a run: each is its first
  }
}

TEST_CASE("a log has room for a number of signatures, and counts the runs of all others") {
  GraphBuilder b;
  b.Output(b.Add("Neg", {b.Input("x", DType::kFloat32, {-1})}));
  auto session = NewSession(NewRuntime("reference"), NewModel(b.Build()), NewEagerPolicy());
  std::vector<Tensor> inputs(1);
  for (int64_t n = 1; n <= static_cast<int64_t>(kMaxRunLogEntries) + 3; ++n) {
    inputs[0] = RandomTensor({n}, 1);
    Run(*session, inputs);
  }
  inputs[0] = RandomTensor({1}, 1);
  Run(*session, inputs);
  const RunLog log = session->run_log();
  CHECK(log.entries.size() == kMaxRunLogEntries);
  CHECK(log.entries[0].runs == 2);
  CHECK(log.other_runs == 3);
}

TEST_CASE("a log as JSON has an entry a line") {
  RunLog log;
  RunLogEntry& entry = log.entries.emplace_back();
  entry.signature = {{{DType::kFloat32, {1, 3}}, {DType::kInt64, {1}}}, {"", {"\x01\xff", 2}}, ""};
  entry.input_names = {"a \"name\"", "n"};
  entry.runs = 2;
  entry.made_ns = 30;
  log.entries.push_back({{{}, {}, "0:ab"}, {}, 1, 2, 3, 4});
  log.other_runs = 5;
  CHECK(RunLogToJson(log) ==
        "{\"kairos_run_log\": 1, \"other_runs\": 5, \"entries\": [\n"
        "{\"runs\": 2, \"made_ns\": 30, \"first_ns\": 0, \"total_ns\": 0, \"region\": \"\", "
        "\"inputs\": [{\"name\": \"a \\\"name\\\"\", \"dtype\": \"float32\", \"shape\": [1, 3]}, "
        "{\"name\": \"n\", \"dtype\": \"int64\", \"shape\": [1], \"value\": \"01ff\"}]},\n"
        "{\"runs\": 1, \"made_ns\": 2, \"first_ns\": 3, \"total_ns\": 4, \"region\": \"0:ab\", "
        "\"inputs\": []}]}\n");
  CHECK(RunLogToJson({}) == "{\"kairos_run_log\": 1, \"other_runs\": 0, \"entries\": []}\n");
}

TEST_CASE("a baked plan is the one that is compiled for these shapes, whatever policy ran") {
  const TempDir directory;
  for (const auto& policy : {NewJitPolicy(), NewEagerPolicy(), NewAutoPolicy()}) {
    auto runtime = NewRuntime();
    auto model = NewModel(ConvNet());
    auto session = NewSession(runtime, model, policy);
    const std::vector<Tensor> first = ConvInput(2, 5, 6), second = ConvInput(1, 7, 4);
    const std::vector<Tensor> want = Run(*session, first);
    Run(*session, second);
    Require(session->SavePlan(directory.File("baked.kai")));
    const std::vector<std::vector<TensorView>> signatures = {Views(first), Views(second)};
    Plan plan = Unwrap(CompilePlan(NewRuntime(), model, signatures));
    Require(SaveModel(model->graph(), {&plan, 1}, directory.File("compiled.kai")));
    CHECK(ReadFile(directory.File("baked.kai")) == ReadFile(directory.File("compiled.kai")));
    auto baked =
        NewSession(NewRuntime(), Unwrap(Model::Load(directory.File("baked.kai"))), Strict());
    const std::vector<Tensor> got = Run(*baked, first);
    // Without passes and packing the sums are the same, but not their order.
    CHECK(MaxError(got, want) < (policy->keeps_programs() ? 1e-30 : 1e-4));
    Run(*baked, second);
    CHECK(baked->stats().compiles == 0);
    CHECK(baked->stats().fallbacks == 0);
    CHECK(baked->stats().recordings == 0);
  }
}

TEST_CASE("baking compiles nothing that the session has, and takes what its plan has") {
  const TempDir directory;
  BackendCounters counters;
  auto runtime = NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &counters}));
  auto session = NewSession(runtime, NewModel(Mlp()), NewJitPolicy());
  Run(*session, MlpInput(3));
  const int compiled = counters.specialized, packed = counters.packed;
  CHECK(compiled > 0);
  Require(session->SavePlan(directory.File("baked.kai")));
  CHECK(counters.specialized == compiled);
  CHECK(counters.packed == packed);
  auto model = Unwrap(Model::Load(directory.File("baked.kai")));
  BackendCounters later;
  auto fresh = NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &later}));
  auto planned = NewSession(fresh, model, Strict());
  Run(*planned, MlpInput(3));
  Require(planned->SavePlan(directory.File("again.kai")));
  CHECK(later.specialized == 0);
  CHECK(later.packed == 0);
  CHECK(ReadFile(directory.File("again.kai")) == ReadFile(directory.File("baked.kai")));
}

TEST_CASE("a model that runs in parts is baked with all parts that ran") {
  const TempDir directory;
  auto runtime = NewRuntime();
  auto session = NewSession(runtime, NewModel(DoublingLoop()), NewJitPolicy());
  const std::vector<Tensor> inputs =
      Pack(ScalarTensor(3), FloatTensor({2}, {1, 0}), FloatTensor({2}, {0, 1}));
  const std::vector<Tensor> want = Run(*session, inputs);
  Require(session->SavePlan(directory.File("baked.kai")));
  auto baked = NewSession(NewRuntime(), Unwrap(Model::Load(directory.File("baked.kai"))), Strict());
  CHECK(BitEqual(Run(*baked, inputs), want));
  CHECK(baked->stats().compiles == 0);
  CHECK(baked->stats().recordings == 0);
}

TEST_CASE("a session with taps and other options bakes plans for sessions with its options") {
  const TempDir directory;
  SessionOptions options;
  options.policy = NewJitPolicy();
  options.taps = {"features"};
  options.deterministic = true;
  options.winograd = false;
  auto session = Unwrap(Session::Make(NewRuntime(), NewModel(ConvNet()), options));
  Run(*session, ConvInput(2, 5, 6));
  Require(session->SavePlan(directory.File("baked.kai")));
  options.policy = Strict();
  options.taps = {};
  auto model = Unwrap(Model::Load(directory.File("baked.kai")));
  auto baked = Unwrap(Session::Make(NewRuntime(), model, options));
  Run(*baked, ConvInput(2, 5, 6));
  CHECK(baked->stats().compiles == 0);
}

TEST_CASE("what has run nothing is not baked, and no file is left where none can be written") {
  const TempDir directory;
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), NewJitPolicy());
  CHECK(session->SavePlan(directory.File("baked.kai")) ==
        absl::FailedPreconditionError("plan: nothing has run, expected one signature or more"));
  Run(*session, MlpInput(3));
  CHECK_FALSE(session->SavePlan(directory.File("none/baked.kai")).ok());
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("signatures that do not fit the model are refused, naming the input") {
  auto session = NewSession(NewRuntime(), NewModel(Reshaper()), NewJitPolicy());
  const TensorType x{DType::kFloat32, {12}}, shape{DType::kInt64, {2}};
  const std::string value(16, '\0');
  const auto refuse = [&](const Signature& signature) {
    return session->RecordSignature(signature).status();
  };
  CHECK(refuse({{x}, {""}}) == absl::InvalidArgumentError("inputs: got 1, expected 2 (x, shape)"));
  CHECK(refuse({{x, shape}, {""}}) ==
        absl::InvalidArgumentError("signature: got 1 values, expected 2"));
  CHECK(refuse({{x, shape}, {"", "abc"}}) ==
        absl::InvalidArgumentError("input 'shape': got 3 bytes that decide shapes, expected 16"));
  CHECK(refuse({{x, shape}, {"z", value}}) ==
        absl::InvalidArgumentError("input 'x': got 1 bytes that decide shapes, expected 0"));
  CHECK(refuse({{{DType::kInt64, {12}}, shape}, {"", value}}) ==
        absl::InvalidArgumentError("input 'x': got int64, expected float32"));
  CHECK(refuse({{x, shape}, {"", value}, "0:ab"}) ==
        absl::NotFoundError("region '0:ab': the model does not run in parts"));
  auto parts = NewSession(NewRuntime(), NewModel(DoublingLoop()), NewJitPolicy());
  CHECK(parts->RecordSignature({{}, {}, "0:ab"}).status() ==
        absl::NotFoundError("region '0:ab': the model runs in parts, and has no such part"));
  const int64_t rows[] = {3, 4};
  const std::string right(reinterpret_cast<const char*>(rows), sizeof(rows));
  const ProgramRecord record = Unwrap(session->RecordSignature({{x, shape}, {"", right}}));
  CHECK(record.signature.values[1] == right);
}

}  // namespace
}  // namespace kairos::testing

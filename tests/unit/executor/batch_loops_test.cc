#include "executor/batch_loops.h"

#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "policy/fingerprint.h"
#include "tests/support/planned_model.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/lowered_graph.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

constexpr uint64_t kNever = UINT64_MAX;

// x[n,4,h,w] -> two branches of Conv, Relu -> Concat -> Conv -> Reshape to rows -> MatMul with a
// square weight -> Softmax -> Transpose of the last two axes; and its mean over all but the batch.
Graph BranchedNet() {
  GraphBuilder b("branched");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {4, ""}, {-1, "h"}, {-1, "w"}});
  const ValueId left = b.Add("Relu", {b.Add("Conv", {x, b.Random<float>("w1", {4, 4, 1, 1}, 1)})});
  const ValueId right =
      b.Add("Conv", {x, b.Random<float>("w2", {2, 4, 3, 3}, 2)}, {{"pads", Ints{1, 1, 1, 1}}});
  const ValueId both = b.Add("Concat", {left, right}, {{"axis", int64_t{1}}});
  const ValueId conv = b.Add("Conv", {both, b.Random<float>("w3", {6, 6, 1, 1}, 3)});
  const ValueId rows = b.Add("Reshape", {conv, b.Constant<int64_t>("rows", {3}, {0, 6, -1})});
  const ValueId turned = b.Add("Transpose", {rows}, {{"perm", Ints{0, 2, 1}}});
  const ValueId product = b.Add("MatMul", {turned, b.Random<float>("w4", {6, 6}, 4)});
  const ValueId soft = b.Add("Softmax", {product}, {{"axis", int64_t{-1}}});
  b.Output(b.Add("Transpose", {soft}, {{"perm", Ints{0, 2, 1}}}), "y");
  b.Output(b.Add("GlobalAveragePool", {conv}), "mean");
  return b.Build();
}

std::unique_ptr<Session> Limited(std::shared_ptr<Runtime> runtime,
                                 std::shared_ptr<const Model> model,
                                 std::shared_ptr<const Policy> policy, uint64_t working_set) {
  SessionOptions options;
  options.policy = std::move(policy);
  options.working_set_bytes = working_set;
  return Unwrap(Session::Make(std::move(runtime), std::move(model), std::move(options)));
}

int32_t MostTurns(const Session& session) {
  int32_t most = 0;
  for (const StepInfo& step : session.Explain()) most = std::max(most, step.turns);
  return most;
}

void CheckAgainstReference(const Graph& graph, const std::vector<Tensor>& inputs, bool loops) {
  const std::vector<Tensor> oracle = RunReference(graph, inputs);
  for (const char* backend : {"reference", ""}) {
    const auto runtime = NewRuntime(backend, 2);
    const auto model = NewModel(graph);
    for (uint64_t working_set : {uint64_t{1}, uint64_t{700}, uint64_t{3000}, kNever}) {
      CAPTURE(working_set);
      auto session = Limited(runtime, model, NewJitPolicy(), working_set);
      CHECK(MaxError(Run(*session, inputs), oracle) < 1e-5);
      CHECK(MaxError(Run(*session, inputs), oracle) < 1e-5);
      if (working_set == 1) CHECK((MostTurns(*session) > 1) == loops);
      if (working_set == kNever) CHECK(MostTurns(*session) == 1);
    }
  }
}

TEST_CASE("a batch in loops gives what it gives at once") {
  for (int64_t n : {0, 1, 2, 6, 7}) {
    CAPTURE(n);
    CheckAgainstReference(ConvNet(), ConvInput(n, 5, 6), n > 1);
    if (n > 0) CheckAgainstReference(BranchedNet(), ConvInput(n, 5, 3), n > 1);
    CheckAgainstReference(Mlp(), MlpInput(n), false);  // its weights are larger than the batch
  }
}

TEST_CASE("loops leave results as they are where kernels compute each item alike") {
  const auto runtime = NewRuntime("reference");
  const auto model = NewModel(BranchedNet());
  const std::vector<Tensor> inputs = ConvInput(6, 4, 4);
  const auto whole = Run(*Limited(runtime, model, NewJitPolicy(), kNever), inputs);
  const auto looped = Run(*Limited(runtime, model, NewJitPolicy(), 1), inputs);
  CHECK(BitEqual(looped, whole));
}

TEST_CASE("values inside of a loop take the room of a part") {
  const auto runtime = NewRuntime("reference");
  const auto model = NewModel(ConvNet());
  const std::vector<Tensor> inputs = ConvInput(8, 8, 8);
  uint64_t arena[2];
  for (size_t i = 0; i < 2; ++i) {
    auto session = Limited(runtime, model, NewJitPolicy(), i == 0 ? kNever : 1);
    Run(*session, inputs);
    arena[i] = session->stats().arena_bytes;
  }
  CHECK(arena[1] * 4 < arena[0]);
}

TEST_CASE("a plan with loops runs as it was recorded") {
  const auto runtime = NewRuntime("", 2);
  const Graph graph = BranchedNet();
  const std::vector<Tensor> inputs = ConvInput(6, 5, 3);
  const auto unplanned = NewModel(graph);
  auto recording = Limited(runtime, unplanned, NewPlanningPolicy(), 1);
  Plan plan;
  plan.backend_order = BackendOrder(runtime->backends());
  plan.fingerprint = MachineFingerprint(runtime->backends());
  plan.threads = 2;
  plan.programs.push_back(Unwrap(recording->Record(Views(inputs))));
  REQUIRE_FALSE(plan.programs[0].loop_turns.empty());
  const TempDir dir;
  Require(SaveModel(graph, {&plan, 1}, dir.File("m.kai")));
  const auto model = Unwrap(Model::Load(dir.File("m.kai")));
  REQUIRE(model->plan_problems().empty());
  const ProgramRecord& back = model->plans()[0].programs[0];
  CHECK(back.loop_turns == plan.programs[0].loop_turns);
  for (size_t s = 0; s < back.steps.size(); ++s) {
    CHECK(back.steps[s].loop == plan.programs[0].steps[s].loop);
  }
  auto session = NewSession(runtime, model, NewAotPolicy({OnPlanMismatch::kError}));
  CHECK(BitEqual(Run(*session, inputs), Run(*recording, inputs)));
  CHECK(session->stats().compiles == 0);
  CHECK(MostTurns(*session) > 1);
}

TEST_CASE("a run that is interrupted in a loop leaves the session usable") {
  const auto model = NewModel(ConvNet());
  const std::vector<Tensor> inputs = ConvInput(6, 5, 6);
  int left = -1;
  SessionOptions options;
  options.policy = NewJitPolicy();
  options.working_set_bytes = 1;
  options.interrupt = [&left] {
    return left == 0 ? absl::CancelledError("enough") : (--left, absl::OkStatus());
  };
  auto session = Unwrap(Session::Make(NewRuntime("reference"), model, std::move(options)));
  const std::vector<Tensor> whole = Run(*session, inputs);
  for (int steps : {1, 4, 7}) {
    left = steps;
    CHECK(session->Run(Views(inputs)).status().code() == absl::StatusCode::kCancelled);
    left = -1;
    CHECK(BitEqual(Run(*session, inputs), whole));
  }
}

// "Conv:0 Relu:0 Neg:-"
std::string Loops(const Graph& graph, const std::vector<TensorType>& inputs, uint64_t working_set,
                  std::vector<int32_t>* turns = nullptr) {
  const SpecializedGraph specialized = Specializing().Specialize(graph, inputs);
  const BatchLoops loops = FindBatchLoops(specialized, working_set);
  std::string text;
  for (size_t n = 0; n < specialized.graph.nodes.size(); ++n) {
    text += (n == 0 ? "" : " ") + specialized.graph.nodes[n].op + ":" +
            (loops.loop_of[n] < 0 ? "-" : std::to_string(loops.loop_of[n]));
  }
  if (turns != nullptr) *turns = loops.turns;
  return text;
}

Graph Chain(const std::vector<std::string>& ops) {
  GraphBuilder b;
  ValueId x = b.Input("x", DType::kFloat32, {-1, 16});
  for (const std::string& op : ops) {
    x = op == "Softmax0" ? b.Add("Softmax", {x}, {{"axis", int64_t{0}}}) : b.Add(op, {x});
  }
  b.Output(x);
  return b.Build();
}

TEST_CASE("a chain runs in the fewest equal turns whose values fit") {
  std::vector<int32_t> turns;
  // An operator takes 2 * 64 bytes an item.
  CHECK(Loops(Chain({"Relu", "Neg", "Exp"}), {Float({12, 16})}, 4 * 128, &turns) ==
        "Relu:0 Neg:0 Exp:0");
  CHECK(turns == std::vector<int32_t>{3});
  Loops(Chain({"Relu", "Neg", "Exp"}), {Float({12, 16})}, 128, &turns);
  CHECK(turns == std::vector<int32_t>{12});
  CHECK(Loops(Chain({"Relu", "Neg", "Exp"}), {Float({12, 16})}, 12 * 128, &turns) ==
        "Relu:- Neg:- Exp:-");
  CHECK(turns.empty());
  Loops(Chain({"Relu", "Neg", "Exp"}), {Float({7, 16})}, 4 * 128, &turns);
  CHECK(turns == std::vector<int32_t>{7});
}

TEST_CASE("an operator that needs the whole batch stands between loops") {
  CHECK(Loops(Chain({"Relu", "Neg", "Softmax0", "Exp", "Neg"}), {Float({8, 16})}, 128) ==
        "Relu:0 Neg:0 Softmax:- Exp:1 Neg:1");
}

TEST_CASE("an operator alone gains nothing") {
  CHECK(Loops(Chain({"Relu"}), {Float({8, 16})}, 128) == "Relu:-");
  CHECK(Loops(Chain({"Relu", "Softmax0", "Neg"}), {Float({8, 16})}, 128) ==
        "Relu:- Softmax:- Neg:-");
}

TEST_CASE("weights that are larger than what is saved are not read in every turn") {
  GraphBuilder b;
  ValueId x = b.Input("x", DType::kFloat32, {-1, 16});
  x = b.Add("Neg", {b.Add("Relu", {x})});
  b.Output(b.Add("MatMul", {x, b.Random<float>("w", {16, 400}, 1)}));
  CHECK(Loops(b.Build(), {Float({8, 16})}, 128) == "Relu:0 Neg:0 MatMul:-");
}

TEST_CASE("a size that a constant gives does not shrink with the batch") {
  GraphBuilder b;
  ValueId x = b.Input("x", DType::kFloat32, {-1, 1});
  x = b.Add("Neg", {b.Add("Relu", {x})});
  x = b.Add("Expand", {x, b.Constant<int64_t>("shape", {2}, {8, 16})});
  b.Output(b.Add("Neg", {x}));
  const std::string loops = Loops(b.Build(), {Float({8, 1})}, 8);
  CHECK(loops.find("Expand:-") != std::string::npos);
}

}  // namespace
}  // namespace kairos::testing

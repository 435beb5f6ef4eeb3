// A plan's slots must be laid out as the executor lays them out.
#include <doctest/doctest.h>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/check_program.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"
#include "tests/support/test_backend.h"

namespace kairos::testing {
namespace {

// x[1,2,3,4] -> Conv "conv" with a bias -> c -> Mul "scale" by [4] -> Transpose "turn" -> y
Graph ConvGraph() {
  GraphBuilder b("layouts");
  const ValueId x = b.Input("x", DType::kFloat32, {1, 2, 3, 4});
  const ValueId conv =
      b.Add("Conv", {x, b.Random<float>("w", {2, 2, 1, 1}, 1), b.Random<float>("bias", {2}, 2)}, {},
            "conv");
  b.Output(conv, "c");  // so that nothing is fused into it
  const ValueId scaled = b.Add("Mul", {conv, b.Random<float>("row", {4}, 3)}, {}, "scale");
  b.Output(b.Add("Transpose", {scaled}, {}, "turn"), "y");
  return b.Build();
}

// Steps of ConvGraph(): Reorder, Conv, Mul, Reorder, Transpose, Reorder.
ProgramRecord Recorded(const Graph& graph) {
  auto runtime = NewRuntime("", 1, NewTestBackend({.layout = Layout::kChannelsLast}));
  auto session = NewSession(runtime, NewModel(graph), NewPlanningPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({1, 2, 3, 4}, 1));
  return Unwrap(session->Record(Views(inputs)));
}

Slot& InputOf(ProgramRecord& program, size_t step, size_t input) {
  return program.slots[static_cast<size_t>(program.steps[step].node.inputs[input])];
}
Slot& OutputOf(ProgramRecord& program, size_t step) {
  return program.slots[static_cast<size_t>(program.steps[step].node.outputs[0])];
}

std::string Refusal(const std::function<void(ProgramRecord&)>& change) {
  const Graph graph = ConvGraph();
  ProgramRecord program = Recorded(graph);
  change(program);
  const absl::Status status = CheckProgram(program, graph);
  CHECK((status.ok() || status.code() == absl::StatusCode::kDataLoss));
  return std::string(status.message());
}

TEST_CASE("layouts as the executor assigns them are accepted") {
  std::string ops;
  CHECK(Refusal([&](ProgramRecord& p) {
          for (const StepRecord& step : p.steps) ops += step.node.op + " ";
          CHECK(InputOf(p, 1, 0).type.layout == Layout::kChannelsLast);
        }) == "");
  CHECK(ops == "Reorder Conv Mul Reorder Transpose Reorder ");
}

TEST_CASE("a slot in a layout that its operator does not take is refused") {
  const auto set_layout = [](Slot& slot, Layout layout) { slot.type.layout = layout; };
  CHECK(Refusal([&](ProgramRecord& p) { set_layout(InputOf(p, 4, 0), Layout::kChannelsLast); }) ==
        "step 3: output 0 of Reorder is float32[1,2,3,4]:nhwc, expected the plain layout");
  CHECK(Refusal([&](ProgramRecord& p) { set_layout(InputOf(p, 1, 1), Layout::kChannelsLast); }) ==
        "step 1: input 1 of Conv is float32[2,2,1,1]:nhwc, expected the plain layout");
  CHECK(Refusal([&](ProgramRecord& p) { set_layout(OutputOf(p, 1), Layout::kPlain); }) ==
        "step 1: input 0 of Conv is float32[1,2,3,4]:nhwc, expected the plain layout");
  CHECK(Refusal([&](ProgramRecord& p) { set_layout(OutputOf(p, 2), Layout::kPlain); }) ==
        "step 2: input 0 of Mul is float32[1,2,3,4]:nhwc, expected the plain layout");
  CHECK(Refusal([&](ProgramRecord& p) {
          p.steps[3].node.attributes.Set("to", int64_t{1});
          set_layout(OutputOf(p, 3), Layout::kChannelsLast);
        }) == "step 4: input 0 of Transpose is float32[1,2,3,4]:nhwc, expected the plain layout");
}

TEST_CASE("an operator with several wanted outputs stays plain") {
  GraphBuilder b("pool");
  const std::vector<ValueId> outputs = b.AddNode(
      "MaxPool", {b.Input("x", DType::kFloat32, {1, 2, 3, 4})}, 2, {{"kernel_shape", Ints{2, 2}}});
  b.Output(b.Add("Softmax", {outputs[0]}));
  b.Output(outputs[1]);
  const Graph graph = b.Build();
  ProgramRecord program = Recorded(graph);
  REQUIRE(CheckProgram(program, graph).ok());
  OutputOf(program, 0).type.layout = Layout::kChannelsLast;
  CHECK(std::string(CheckProgram(program, graph).message()) ==
        "step 0: output 0 of MaxPool is float32[1,2,2,3]:nhwc, expected the plain layout");
}

}  // namespace
}  // namespace kairos::testing

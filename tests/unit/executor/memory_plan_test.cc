#include <doctest/doctest.h>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "executor/memory_of.h"
#include "tests/support/control_flow.h"
#include "tests/support/planned_model.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

uint64_t ConstantBytes(const Graph& graph) {
  uint64_t bytes = 0;
  for (const Value& value : graph.values) {
    if (value.constant.has_value()) bytes += value.constant->type.byte_count();
  }
  return bytes;
}

TEST_CASE("what is foreseen is what the session then takes, and it still runs") {
  for (const char* backend : {"", "reference"}) {
    for (int threads : {1, 2}) {
      CAPTURE(std::string(backend));
      CAPTURE(threads);
      const std::vector<Tensor> inputs = ConvInput(2, 9, 10);
      auto session = NewSession(NewRuntime(backend, threads), NewModel(ConvNet()), NewJitPolicy());
      const MemoryPlan memory = Unwrap(session->PlanMemory(Views(inputs)));
      CHECK(session->stats().packed_bytes == 0);
      CHECK(session->stats().arena_bytes == 0);
      CHECK(session->stats().recordings == 0);
      CHECK_FALSE(memory.ready);
      CHECK(MaxError(Run(*session, inputs), RunReference(ConvNet(), inputs)) < 1e-5);
      CHECK(memory.arena_bytes == session->stats().arena_bytes);
      CHECK(memory.scratch_bytes == session->stats().scratch_bytes);
      CHECK(memory.packed_bytes == session->stats().packed_bytes);
      CHECK(memory.weights_bytes == ConstantBytes(ConvNet()));
      CHECK(memory.least_arena_bytes <= memory.arena_bytes);
      CHECK(memory.arena_bytes <= memory.naive_arena_bytes);
    }
  }
}

TEST_CASE("nothing is packed to foresee memory, and shared forms count once") {
  GraphBuilder b;
  const ValueId w = b.Random<float>("w", {8, 8}, 1);
  ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
  for (int i = 0; i < 3; ++i) x = b.Add("Tanh", {b.Add("MatMul", {x, w})});
  b.Output(x);
  BackendCounters counters;
  auto runtime = NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &counters}));
  auto session = NewSession(runtime, NewModel(b.Build()), NewJitPolicy());
  const MemoryPlan memory = Unwrap(session->PlanMemory(Views(MlpInput(3))));
  CHECK(counters.packed == 0);
  CHECK(memory.packed_bytes == 8 * 8 * 4);
  Run(*session, MlpInput(3));
  CHECK(session->stats().packed_bytes == 8 * 8 * 4);
}

TEST_CASE("what passes compute counts beside what they compute it from") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {1, 4, 5, 5});
  const ValueId conv = b.Add("Conv", {x, b.Random<float>("w", {4, 4, 1, 1}, 1)});
  b.Output(b.Add("Mul", {conv, b.Random<float>("s", {4, 1, 1}, 2)}));
  auto session = NewSession(NewRuntime("reference"), NewModel(b.Build()), NewJitPolicy());
  const MemoryPlan memory = Unwrap(session->PlanMemory(Views(ConvInput(1, 5, 5))));
  CHECK(memory.weights_bytes == (16 + 4) * sizeof(float));
  CHECK(memory.folded_bytes == (16 + 4) * sizeof(float));  // scaled weights and a bias
}

TEST_CASE("under a plan its packed weights are read from the file, and the plain ones are not") {
  const auto machine = [] { return NewRuntime("", 1, NewTestBackend({.packs_weights = true})); };
  const std::vector<Tensor> three = MlpInput(3);
  const std::vector<std::vector<TensorView>> signatures = {Views(three)};
  auto model = WithPlan(machine(), NewModel(Mlp()), signatures);
  auto session = NewSession(machine(), model, NewAotPolicy());
  const MemoryPlan memory = Unwrap(session->PlanMemory(Views(MlpInput(3))));
  CHECK(memory.ready);
  CHECK(memory.packed_bytes == 0);
  CHECK(memory.folded_bytes == 0);
  CHECK(memory.weights_bytes == (8 * 16 + 16 * 5 + 16) * sizeof(float));
  Run(*session, MlpInput(3));
  CHECK(memory.arena_bytes == session->stats().arena_bytes);
  CHECK(session->stats().packed_bytes == 0);
  // Of another shape nothing is ready.
  CHECK_FALSE(Unwrap(session->PlanMemory(Views(MlpInput(4)))).ready);
  // On a machine whose kernels read plain weights, those are fetched from the model.
  auto other = NewSession(NewRuntime("reference"), model, NewJitPolicy());
  CHECK(Unwrap(other->PlanMemory(Views(MlpInput(3)))).weights_bytes == ConstantBytes(Mlp()));
}

TEST_CASE("inputs that do not fit and models in parts are refused") {
  auto session = NewSession(NewRuntime("reference"), NewModel(Mlp()), NewJitPolicy());
  CHECK(session->PlanMemory(Views(ConvInput(1, 2, 2))).status().code() ==
        absl::StatusCode::kInvalidArgument);
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {2});
  const ValueId positive = b.Add("Greater", {x, b.Scalar<float>("zero", 0)});
  b.Output(b.Add("NonZero", {positive}));
  auto in_parts = NewSession(NewRuntime("reference"), NewModel(b.Build()), NewJitPolicy());
  REQUIRE(in_parts->runs_in_parts());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({2}, 1));
  const absl::Status status = in_parts->PlanMemory(Views(inputs)).status();
  CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(status.message()) == "the model runs in parts, whose sizes only a run tells");
}

// A record whose arena slots are given as (offset, bytes), with steps over them; -1 is the
// caller's.
struct RecordBuilder {
  ProgramRecord record;
  ValueId Add(uint64_t offset, int64_t bytes) {
    Slot slot;
    slot.type = {DType::kUint8, {bytes}, Layout::kPlain};
    slot.offset = offset;
    record.slots.push_back(std::move(slot));
    return static_cast<ValueId>(record.slots.size()) - 1;
  }
  void Step(std::vector<ValueId> inputs, std::vector<ValueId> outputs) {
    StepRecord step;
    step.node.inputs = std::move(inputs);
    step.node.outputs = std::move(outputs);
    record.steps.push_back(std::move(step));
  }
};

TEST_CASE("the least arena is that of the step at which most bytes are needed") {
  RecordBuilder r;
  const ValueId a = r.Add(0, 640), b = r.Add(640, 64), c = r.Add(1024, 128);
  r.Step({}, {a});
  r.Step({a}, {b});
  r.Step({b}, {c});
  CHECK(LeastArenaBytes(r.record) == 704);
  CHECK(NaiveArenaBytes(r.record) == 832);
}

TEST_CASE("views and outputs in place need no bytes of their own, and keep theirs alive") {
  RecordBuilder r;
  const ValueId a = r.Add(0, 640), view = r.Add(0, 640), in_place = r.Add(0, 640);
  const ValueId b = r.Add(640, 320), c = r.Add(1024, 64);
  r.Step({}, {a});
  r.Step({}, {b});
  r.Step({b}, {c});
  r.Step({view, c}, {in_place});
  r.Step({in_place}, {});
  CHECK(LeastArenaBytes(r.record) == 640 + 320 + 64);
  // Bytes that are written again are not needed before that.
  RecordBuilder again;
  const ValueId x = again.Add(0, 64), y = again.Add(0, 64), z = again.Add(64, 64);
  again.Step({}, {x});
  again.Step({x}, {z});
  again.Step({z}, {y});
  CHECK(LeastArenaBytes(again.record) == 128);
}

TEST_CASE("a window takes the room of all its turns") {
  RecordBuilder r;
  const ValueId window = r.Add(0, 64), all = r.Add(0, 256), next = r.Add(256, 64);
  r.record.slots[static_cast<size_t>(window)].turns = 4;
  r.Step({}, {window});
  r.Step({all}, {next});
  CHECK(LeastArenaBytes(r.record) == 256 + 64);
  CHECK(NaiveArenaBytes(r.record) == 256 + 64);
}

TEST_CASE("a part of a value's bytes may die before the others") {
  RecordBuilder r;
  const ValueId all = r.Add(0, 256), half = r.Add(0, 128), next = r.Add(256, 128);
  r.Step({}, {all});
  r.Step({half}, {next});
  r.Step({next}, {});
  CHECK(LeastArenaBytes(r.record) == 256);
}

}  // namespace
}  // namespace kairos::testing

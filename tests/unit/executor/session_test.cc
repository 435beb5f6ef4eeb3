#include "kairos/session.h"

#include <doctest/doctest.h>

#include "tests/support/graph_builder.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

TEST_CASE("a known signature is replayed, a new one recorded") {
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), NewJitPolicy());
  for (int64_t n : {3, 5, 3, 5, 5}) Run(*session, MlpInput(n));
  CHECK(session->stats().recordings == 2);
  CHECK(session->stats().runs == 5);
}

TEST_CASE("a replay asks for no kernel") {
  BackendCounters counters;
  auto runtime = NewRuntime("", 1, NewTestBackend({.counters = &counters}));
  auto session = NewSession(runtime, NewModel(Mlp()), NewJitPolicy());
  Run(*session, MlpInput(3));
  const int specialized = counters.specialized;
  const KernelCache::Stats before = runtime->kernel_cache().stats();
  CHECK(specialized > 0);
  Run(*session, MlpInput(3));
  CHECK(counters.specialized == specialized);
  const KernelCache::Stats after = runtime->kernel_cache().stats();
  CHECK(after.hits + after.misses == before.hits + before.misses);
}

TEST_CASE("other values of the same signature give other results") {
  auto session = NewSession(NewRuntime(), NewModel(ConvNet()), NewJitPolicy());
  const std::vector<Tensor> a = ConvInput(1, 5, 6, 1), b = ConvInput(1, 5, 6, 2);
  const std::vector<Tensor> first = Run(*session, a);
  CHECK_FALSE(BitEqual(Run(*session, b), first));
  CHECK(BitEqual(Run(*session, a), first));
  CHECK(MaxError(first, RunReference(ConvNet(), a)) < 1e-5);
}

TEST_CASE("signatures share the arena, which grows and stays") {
  auto session = NewSession(NewRuntime(), NewModel(ConvNet()), NewJitPolicy());
  const std::vector<Tensor> small = Run(*session, ConvInput(1, 4, 4));
  const uint64_t before = session->stats().arena_bytes;
  Run(*session, ConvInput(2, 12, 12));
  const uint64_t grown = session->stats().arena_bytes;
  CHECK(grown > before);
  CHECK(BitEqual(Run(*session, ConvInput(1, 4, 4)), small));
  CHECK(session->stats().arena_bytes == grown);
}

TEST_CASE("preparing compiles, so that the run does not") {
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), NewJitPolicy());
  const std::vector<Tensor> inputs = MlpInput(3);
  REQUIRE(session->Prepare(Views(inputs)).ok());
  const SessionStats prepared = session->stats();
  CHECK(prepared.runs == 0);
  CHECK(prepared.recordings == 1);
  Run(*session, inputs);
  CHECK(session->stats().compiles == prepared.compiles);
  CHECK(session->stats().recordings == 1);
}

TEST_CASE("output types are known before the run") {
  auto session = NewSession(NewRuntime(), NewModel(ConvNet()), NewJitPolicy());
  const std::vector<Tensor> inputs = ConvInput(2, 5, 6);
  const std::vector<TensorType> types = Unwrap(session->OutputTypes(Views(inputs)));
  REQUIRE(types.size() == 1);
  CHECK(types[0].ToString() == "float32[2,3]");
}

TEST_CASE("shapes may be decided by the value of an input") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  const ValueId target = b.Input("target", DType::kInt64, {-1});
  b.Output(b.Add("Reshape", {b.Add("Neg", {x}), target}), "y");
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  const auto shape_for = [&](const std::vector<int64_t>& to) {
    std::vector<Tensor> inputs;
    inputs.push_back(RandomTensor({2, 6}, 1));
    inputs.push_back(Int64Tensor(to));
    std::vector<Tensor> outputs = Run(*session, inputs);
    CHECK(outputs[0].as<float>()[11] == -inputs[0].as<float>()[11]);
    return ShapeString(outputs[0].shape());
  };
  CHECK(shape_for({3, 4}) == "[3,4]");
  CHECK(shape_for({4, 3}) == "[4,3]");
  CHECK(shape_for({12}) == "[12]");
  CHECK(shape_for({3, 4}) == "[3,4]");
  CHECK(session->stats().recordings == 3);
}

TEST_CASE("an input that decides no shape has no part in the signature") {
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), NewJitPolicy());
  Run(*session, MlpInput(3, 1));
  Run(*session, MlpInput(3, 2));
  CHECK(session->stats().recordings == 1);
}

TEST_CASE("tensors without elements run") {
  auto session = NewSession(NewRuntime(), NewModel(Mlp()), NewJitPolicy());
  const std::vector<Tensor> outputs = Run(*session, MlpInput(0));
  CHECK(ShapeString(outputs[0].shape()) == "[0,5]");
}

TEST_CASE("outputs that are an input, a weight and another output are right") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {3});
  const ValueId y = b.Add("Neg", {x});
  for (ValueId id : {x, b.Constant<float>("w", {2}, {7, 8}), y, y}) b.Output(id);
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({3}, 1));
  const std::vector<Tensor> outputs = Run(*session, inputs);
  REQUIRE(outputs.size() == 4);
  CHECK(BitEqual(outputs[0], inputs[0]));
  CHECK(outputs[1].as<float>()[1] == 8);
  CHECK(outputs[2].as<float>()[2] == -inputs[0].as<float>()[2]);
  CHECK(BitEqual(outputs[3], outputs[2]));
}

TEST_CASE("the debugging policy keeps neither Programs nor kernels") {
  BackendCounters counters;
  auto runtime = NewRuntime("", 1, NewTestBackend({.packs_weights = true, .counters = &counters}));
  auto session = NewSession(runtime, NewModel(Mlp()), NewEagerPolicy());
  const std::vector<Tensor> first = Run(*session, MlpInput(3));
  CHECK(counters.specialized == 4);
  CHECK(BitEqual(Run(*session, MlpInput(3)), first));
  CHECK(counters.specialized == 8);
  CHECK(session->stats().recordings == 2);
  CHECK(runtime->kernel_cache().stats().entries == 0);
  CHECK(counters.packed == 0);
  CHECK(session->stats().packed_bytes == 0);
}

TEST_CASE("explain tells kernel, source and what is fused, of the Program that ran") {
  auto session = NewSession(NewRuntime("reference"), NewModel(Mlp()), NewJitPolicy());
  CHECK(session->Explain().empty());
  Run(*session, MlpInput(3));
  const std::vector<StepInfo> steps = session->Explain();
  REQUIRE(steps.size() == 2);
  CHECK(steps[0].op == "MatMul");
  CHECK(steps[0].fused == "Add,Relu");
  CHECK(steps[0].backend == "reference");
  CHECK(steps[0].source == KernelSource::kCompiled);
  CHECK(steps[1].node == "fc2");
}

TEST_CASE("events tell what was compiled, packed and run") {
  SessionOptions options;
  options.policy = NewJitPolicy();
  int compiled = 0, packed = 0, run = 0;
  options.on_event = [&](const Event& event) {
    compiled += event.kind == Event::Kind::kCompile;
    packed += event.kind == Event::Kind::kPack;
    run += event.kind == Event::Kind::kRun;
    if (event.kind == Event::Kind::kPack) CHECK(event.bytes > 0);
    if (event.kind == Event::Kind::kRun) CHECK_FALSE(event.kernel.empty());
  };
  auto runtime = NewRuntime("", 1, NewTestBackend({.packs_weights = true}));
  auto session = Unwrap(Session::Make(runtime, NewModel(Mlp()), options));
  Run(*session, MlpInput(3));
  CHECK(packed == 2);
  CHECK(run == static_cast<int>(session->Explain().size()));
  Run(*session, MlpInput(3));
  CHECK(packed == 2);
  CHECK(run == 2 * static_cast<int>(session->Explain().size()));
}

}  // namespace
}  // namespace kairos::testing

// How many Programs sessions keep.
#include <doctest/doctest.h>
#include <memory>
#include <vector>

#include "tests/support/control_flow.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

std::shared_ptr<Runtime> RuntimeOf(size_t program_bytes) {
  RuntimeOptions options;
  options.threads = 1;
  options.backend = "reference";
  options.program_bytes = program_bytes;
  return Unwrap(Runtime::Make(std::move(options)));
}

// Of ConvNet, for as many sizes from 5 on.
size_t BytesOfPrograms(int64_t count) {
  auto runtime = RuntimeOf(SIZE_MAX);
  auto session = NewSession(runtime, NewModel(ConvNet()), NewJitPolicy());
  for (int64_t i = 0; i < count; ++i) Run(*session, ConvInput(1, 5 + i, 5));
  CHECK(runtime->program_stats().count == count);
  return static_cast<size_t>(runtime->program_stats().bytes);
}

// Whether the run made a Program; its result is right.
bool Records(Session& session, int64_t size) {
  const int64_t before = session.stats().recordings;
  const std::vector<Tensor> inputs = ConvInput(1, size, 5);
  CHECK(MaxError(Run(session, inputs), RunReference(ConvNet(), inputs)) < 1e-5);
  return session.stats().recordings > before;
}

TEST_CASE("the Programs that have not run for longest go, and come again when they are asked for") {
  const size_t limit = (BytesOfPrograms(3) + BytesOfPrograms(4)) / 2;
  auto runtime = RuntimeOf(limit);
  auto session = NewSession(runtime, NewModel(ConvNet()), NewJitPolicy());
  for (int64_t size : {5, 6, 7}) CHECK(Records(*session, size));
  CHECK_FALSE(Records(*session, 5));
  CHECK(runtime->program_stats().evictions == 0);
  CHECK(Records(*session, 8));  // 6 goes
  CHECK(runtime->program_stats().evictions == 1);
  CHECK(runtime->program_stats().count == 3);
  CHECK(runtime->program_stats().bytes <= limit);
  for (int64_t size : {5, 7, 8}) CHECK_FALSE(Records(*session, size));
  CHECK(Records(*session, 6));
  CHECK(runtime->program_stats().evictions == 2);
  session.reset();
  CHECK(runtime->program_stats().count == 0);
  CHECK(runtime->program_stats().bytes == 0);
}

TEST_CASE("a Program runs whatever it takes, and its explanation goes with it") {
  auto runtime = RuntimeOf(0);
  auto session = NewSession(runtime, NewModel(ConvNet()), NewJitPolicy());
  for (int64_t size : {5, 6, 5}) {
    CHECK(Records(*session, size));
    CHECK_FALSE(session->Explain().empty());
    CHECK_FALSE(Records(*session, size));
    CHECK(runtime->program_stats().count == 1);
  }
  Require(session->OutputTypes(Views(ConvInput(1, 9, 5))).status());
  CHECK(session->Explain().empty());
}

TEST_CASE("prepared Programs stay") {
  auto runtime = RuntimeOf(0);
  auto session = NewSession(runtime, NewModel(ConvNet()), NewJitPolicy());
  Records(*session, 5);
  for (int64_t size : {5, 6, 7}) Require(session->Prepare(Views(ConvInput(1, size, 5))));
  CHECK(Records(*session, 8));
  CHECK(Records(*session, 9));
  for (int64_t size : {5, 6, 7}) {
    CHECK(session->Ready(Views(ConvInput(1, size, 5))));
    CHECK_FALSE(Records(*session, size));
  }
  CHECK(runtime->program_stats().count == 4);
}

TEST_CASE("a session that runs nothing keeps its Programs, and leaves others their share") {
  const size_t one = BytesOfPrograms(1);
  auto runtime = RuntimeOf(4 * one);
  auto model = NewModel(ConvNet());
  auto idle = NewSession(runtime, model, NewJitPolicy());
  for (int64_t size : {5, 6, 7}) Records(*idle, size);
  auto busy = NewSession(runtime, model, NewJitPolicy());
  for (int64_t size : {10, 11, 12, 13}) CHECK(Records(*busy, size));
  for (int64_t size : {12, 13}) CHECK_FALSE(Records(*busy, size));
  for (int64_t size : {5, 6, 7}) CHECK_FALSE(Records(*idle, size));
  CHECK(Records(*idle, 8));  // now it must keep to its share, too
  CHECK(runtime->program_stats().bytes <= 4 * one);
}

TEST_CASE("a kernel that several Programs have is charged once") {
  const size_t one = BytesOfPrograms(1);
  auto runtime = RuntimeOf(SIZE_MAX);
  auto model = NewModel(ConvNet());
  std::vector<std::unique_ptr<Session>> sessions;
  for (int i = 0; i < 4; ++i) {
    sessions.push_back(NewSession(runtime, model, NewJitPolicy()));
    Run(*sessions.back(), ConvInput(1, 5, 5));
  }
  CHECK(runtime->program_stats().count == 4);
  CHECK(runtime->program_stats().bytes < 3 * one);
  CHECK(runtime->program_stats().bytes > one);
}

TEST_CASE("parts of a model give up Programs of each other") {
  GraphBuilder b("parts");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {4, ""}});
  const ValueId hidden = b.Add("MatMul", {x, b.Random<float>("w", {4, 4}, 1)});
  const ValueId mean = b.Add("ReduceMean", {hidden}, {{"keepdims", int64_t{0}}});
  const ValueId condition = b.Add("Greater", {mean, b.Scalar<float>("zero", 0)});
  b.Output(b.Add("Relu", {NegOrExp(b, condition, hidden)}), "y");
  auto runtime = RuntimeOf(0);
  auto session = NewSession(runtime, NewModel(b.Build()), NewJitPolicy());
  REQUIRE(session->runs_in_parts());
  for (int64_t n = 1; n < 20; ++n) {
    const std::vector<Tensor> inputs = Pack(RandomTensor({n % 7 + 1, 4}, static_cast<uint32_t>(n)));
    CHECK(MaxError(Run(*session, inputs), RunReference(b.Build(), inputs)) < 1e-5);
    CHECK(runtime->program_stats().count == 1);
  }
  CHECK(runtime->program_stats().evictions > 20);
}

TEST_CASE("a better Program for one that is gone is dropped") {
  auto runtime = RuntimeOf(0);
  auto session = NewSession(runtime, NewModel(ConvNet()), NewTieredPolicy({.runs = 1}));
  for (int64_t i = 0; i < 12; ++i) Records(*session, 5 + i % 3);
  Require(session->AwaitBackground(absl::InfiniteFuture()));
  CHECK(runtime->program_stats().count == 1);
  CHECK(session->stats().swaps <= 12);
}

}  // namespace
}  // namespace kairos::testing

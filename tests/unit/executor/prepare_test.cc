// Nothing by surprise: what is prepared is ready, what is not can be refused, and all of it can be
// stopped.
#include <doctest/doctest.h>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"

#include "tests/support/control_flow.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

std::unique_ptr<Session> MakeSession(const Graph& graph, SessionOptions options) {
  if (options.policy == nullptr) options.policy = NewJitPolicy();
  return Unwrap(Session::Make(NewRuntime(), NewModel(graph), std::move(options)));
}

TEST_CASE("several signatures are prepared in order, and are ready then") {
  auto session = MakeSession(Mlp(), {});
  const std::vector<Tensor> three = MlpInput(3), five = MlpInput(5), seven = MlpInput(7);
  const std::vector<std::vector<TensorView>> signatures = {Views(three), Views(five)};
  CHECK_FALSE(session->Ready(Views(three)));
  std::vector<size_t> steps;
  REQUIRE(
      session->Prepare(signatures, absl::InfiniteFuture(), [&](size_t n) { steps.push_back(n); })
          .ok());
  CHECK(steps == std::vector<size_t>{1, 2});
  CHECK(session->Ready(Views(three)));
  CHECK(session->Ready(Views(five)));
  CHECK_FALSE(session->Ready(Views(seven)));
  CHECK_FALSE(session->Ready({}));
  const SessionStats prepared = session->stats();
  CHECK(prepared.runs == 0);
  Run(*session, three);
  Run(*session, five);
  CHECK(session->stats().compiles == prepared.compiles);
  CHECK(session->stats().recordings == 2);
}

TEST_CASE("a deadline ends the preparation, and the session goes on") {
  auto session = MakeSession(Mlp(), {});
  const std::vector<Tensor> inputs = MlpInput(3);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const absl::Status late = session->Prepare(signatures, absl::Now() - absl::Seconds(1));
  CHECK(late.code() == absl::StatusCode::kDeadlineExceeded);
  CHECK(std::string(late.message()).find("signature 0: ") == 0);
  CHECK_FALSE(session->Ready(Views(inputs)));
  CHECK(session->stats().compiles == 0);
  // The deadline was of that call.
  Run(*session, inputs);
  CHECK(session->Ready(Views(inputs)));
  CHECK(session->Prepare(signatures, absl::Now() + absl::Hours(1)).ok());
}

TEST_CASE("where a miss is an error, a run makes no Program") {
  SessionOptions options;
  options.on_miss = OnMiss::kError;
  auto session = MakeSession(Mlp(), options);
  const std::vector<Tensor> inputs = MlpInput(3);
  const absl::Status missed = session->Run(Views(inputs)).status();
  CHECK(missed.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(std::string(missed.message()).find(": not prepared, and a run makes no Program") !=
        std::string::npos);
  CHECK(session->stats().compiles == 0);
  REQUIRE(session->Prepare(Views(inputs)).ok());
  CHECK(session->Run(Views(inputs)).ok());
  // What is wrong with inputs is said before.
  CHECK(session->Run({}).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("no Program is ready where none is kept, or a model runs in parts") {
  auto eager = MakeSession(Mlp(), {.policy = NewEagerPolicy()});
  const std::vector<Tensor> inputs = MlpInput(3);
  Run(*eager, inputs);
  CHECK_FALSE(eager->Ready(Views(inputs)));
  auto loop = MakeSession(DoublingLoop(), {});
  const std::vector<Tensor> given =
      Pack(ScalarTensor(3), FloatTensor({2}, {1, 2}), FloatTensor({2}, {1, 1}));
  Run(*loop, given);
  CHECK_FALSE(loop->Ready(Views(given)));
}

TEST_CASE(
    "an interruption ends a preparation or a run wherever it comes, and the session goes on") {
  int64_t left = 1'000'000, asked = 0;
  SessionOptions options;
  options.interrupt = [&]() -> absl::Status {
    ++asked;
    return left-- > 0 ? absl::OkStatus() : absl::CancelledError("the user went away");
  };
  auto session = MakeSession(ConvNet(), options);
  const std::vector<Tensor> inputs = ConvInput(1, 5, 6);
  const std::vector<Tensor> expected = RunReference(ConvNet(), inputs);
  CHECK(MaxError(Run(*session, inputs), expected) < 1e-5);
  const int64_t in_first_run = asked;
  asked = 0;
  Run(*session, inputs);
  const int64_t in_replay = asked;
  CHECK(in_replay > 1);
  CHECK(in_first_run > in_replay);
  for (int64_t at = 0; at < in_first_run; ++at) {
    CAPTURE(at);
    auto fresh = MakeSession(ConvNet(), options);
    left = at;
    const absl::Status stopped = fresh->Run(Views(inputs)).status();
    CHECK(stopped.code() == absl::StatusCode::kCancelled);
    CHECK(std::string(stopped.message()).find("the user went away") != std::string::npos);
    left = 1'000'000;
    CHECK(MaxError(Run(*fresh, inputs), expected) < 1e-5);
  }
}

TEST_CASE("a loop without an end can be stopped") {
  int64_t left = 100;
  SessionOptions options;
  options.interrupt = [&]() -> absl::Status {
    return left-- > 0 ? absl::OkStatus() : absl::DeadlineExceededError("too long");
  };
  auto session = MakeSession(DoublingLoop(/*limit=*/INFINITY), options);
  const std::vector<Tensor> forever =
      Pack(ScalarTensor(INT64_MAX), FloatTensor({2}, {0, 0}), FloatTensor({2}, {0, 0}));
  CHECK(session->Run(Views(forever)).status().code() == absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace kairos::testing

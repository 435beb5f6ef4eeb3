#include <string>
#include <vector>

#include "doctest/doctest.h"

#include "executor/recording_log.h"
#include "tests/support/run_graph.h"
#include "tests/support/test_backend.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

TEST_CASE("each recording says which dimension is new and what was seen before") {
  auto session = NewSession(NewRuntime("reference"), NewModel(ConvNet()), NewJitPolicy());
  Run(*session, ConvInput(1, 4, 5));
  Run(*session, ConvInput(1, 4, 8));
  Run(*session, ConvInput(1, 4, 8));
  Run(*session, ConvInput(2, 4, 9));
  Run(*session, ConvInput(2, 4, 5));
  const std::vector<RecordingInfo> recordings = session->Recordings();
  REQUIRE(recordings.size() == 4);
  CHECK(recordings[0].signature == "x=float32[1,4,4,5]");
  CHECK(recordings[0].reason == "first inputs of this session");
  CHECK(recordings[0].duration_ns > 0);
  CHECK(recordings[1].reason == "dimension 3 of 'x': seen 5; now 8");
  CHECK(recordings[2].reason ==
        "dimension 0 of 'x': seen 1; now 2; dimension 3 of 'x': seen 5, 8; now 9");
  CHECK(recordings[3].reason == "sizes that were seen, in a new combination");
}

TEST_CASE("the log names changes of rank, type and values, and why nothing was ready") {
  RecordingLog log;
  SeenInputs seen;
  const std::vector<std::string> names = {"x", "shape"};
  const auto add = [&](TensorType x, std::string values, const std::string& not_ready) {
    log.Add({{std::move(x), {DType::kInt64, {1}}}, {"", std::move(values)}, ""}, names, not_ready,
            1, &seen);
    return log.entries().back().reason;
  };
  add({DType::kFloat32, {2}}, "a", "");
  CHECK(add({DType::kFloat32, {2, 3}}, "a", "") ==
        "'x': seen float32 of rank 1; now float32 of rank 2");
  CHECK(add({DType::kFloat32, {2}}, "b", "no plan") ==
        "'shape': other values, which decide shapes; no plan");
  for (int64_t size = 10; size < 90; ++size) add({DType::kFloat32, {size}}, "a", "");
  CHECK(add({DType::kFloat32, {99}}, "a", "") ==
        "dimension 0 of 'x': seen 2, 10, 11, 12, 13, 14, 15, 16 and 73 more; now 99");
  CHECK(log.entries().size() == 64);
}

TEST_CASE("what was prepared last is explained before it runs") {
  auto runtime = NewRuntime("reference");
  auto model = NewModel(ConvNet());
  const std::vector<Tensor> small = ConvInput(1, 4, 5), large = ConvInput(1, 4, 8);
  Run(*NewSession(runtime, model, NewJitPolicy()), large);
  auto session = NewSession(runtime, model, NewJitPolicy());
  const auto source = [&] {
    const std::vector<StepInfo> steps = session->Explain();
    REQUIRE_FALSE(steps.empty());
    return steps[0].source;
  };
  Require(session->Prepare(Views(small)));
  CHECK(source() == KernelSource::kCompiled);
  Require(session->Prepare(Views(large)));
  CHECK(source() == KernelSource::kCache);
  Run(*session, small);
  CHECK(source() == KernelSource::kCompiled);
}

TEST_CASE("each step says which backends before its own were rejected, and why") {
  TestBackendOptions options;
  options.takes = [](const KernelRequest& request) { return request.node->op == "Conv"; };
  auto runtime = NewRuntime("", 1, NewTestBackend(options));
  auto session = NewSession(runtime, NewModel(ConvNet()), NewJitPolicy());
  Run(*session, ConvInput(1, 4, 5));
  int taken = 0, rejected = 0;
  int64_t made_ns = 0;
  for (const StepInfo& step : session->Explain()) {
    CAPTURE(step.node);
    made_ns += step.made_ns;
    if (step.backend == "test") {
      CHECK(step.rejected.empty());
      ++taken;
    } else {
      CHECK(step.rejected.substr(0, 6) == "test: ");
      ++rejected;
    }
  }
  CHECK(made_ns > 0);
  CHECK(taken == 2);
  CHECK(rejected > 0);
}

}  // namespace
}  // namespace kairos::testing

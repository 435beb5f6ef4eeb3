// The whole network through every way of running it, with an eighth of its channels.
#include "trace_alexnet/alexnet.h"

#include <string>
#include <vector>

#include "doctest/doctest.h"

#include "kairos/compiler.h"
#include "kairos/trace.h"
#include "tests/support/run_graph.h"
#include "tests/support/temp_dir.h"
#include "trace_alexnet/weights.h"

namespace kairos {
namespace {

using testing::MaxError;
using testing::NewRuntime;
using testing::NewSession;
using testing::RandomTensor;
using testing::RunReference;
using testing::Unwrap;

std::vector<Tensor> One(Tensor tensor) {
  std::vector<Tensor> tensors;
  tensors.push_back(std::move(tensor));
  return tensors;
}

TEST_CASE("AlexNet runs at once, traced, saved and compiled ahead, with the same result") {
  auto runtime = NewRuntime();
  const AlexNet net{Unwrap(RandomAlexNetWeights(/*divisor=*/8))};
  const TracedGraph traced =
      Unwrap(Trace(runtime, net, {{"x", DType::kFloat32, {Symbol("batch"), 3, 224, 224}}}));
  CHECK(traced.guards.empty());
  CHECK(traced.graph.nodes.size() == 19);

  testing::TempDir folder;
  const std::string path = folder.File("alexnet.kai");
  const std::vector<Tensor> x = One(RandomTensor({2, 3, 224, 224}, 3));
  testing::Require(SaveModel(traced.graph, {}, path));
  const Plan plan = Unwrap(
      CompilePlan(runtime, Unwrap(Model::Load(path)), {std::vector<TensorView>{x[0].view()}}));
  testing::Require(SaveModel(traced.graph, {&plan, 1}, path));
  auto model = Unwrap(Model::Load(path));

  const std::vector<Tensor> expected = RunReference(traced.graph, x);
  CHECK(expected[0].shape() == Shape{2, 125});
  for (const char* policy : {"eager", "jit", "aot", "auto"}) {
    CAPTURE(policy);
    auto session = NewSession(runtime, model, Unwrap(PolicyByName(policy)));
    CHECK(MaxError(testing::Run(*session, x), expected) < 1e-4);
  }
  Tensor copy = RandomTensor({2, 3, 224, 224}, 3);
  CHECK(MaxError(One(Unwrap(net(Array(std::move(copy)).On(runtime)).ToTensor())), expected) < 1e-4);
}

TEST_CASE("a missing weight is the error of the whole network") {
  AlexNet net{Unwrap(RandomAlexNetWeights(/*divisor=*/64))};
  net.weights.erase("features.6.bias");
  const absl::Status status =
      Trace(NewRuntime("reference"), net, {{"x", DType::kFloat32, {1, 3, 224, 224}}}).status();
  CHECK(status.message() == "trace: AlexNet: no weight 'features.6.bias'");
}

}  // namespace
}  // namespace kairos

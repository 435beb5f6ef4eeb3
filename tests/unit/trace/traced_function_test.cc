#include <string>
#include <vector>

#include "doctest/doctest.h"

#include "kairos/trace.h"
#include "tests/support/run_graph.h"

namespace kairos {
namespace {

using testing::NewRuntime;
using testing::RandomTensor;
using testing::Unwrap;

struct Fixture {
  std::shared_ptr<Runtime> runtime = NewRuntime("reference");
  std::vector<TraceInput> inputs = {{"x", DType::kFloat32, {Symbol("batch"), Symbol("width")}}};

  Tensor RunOn(TracedFunction& function, Shape shape) {
    const Tensor x = RandomTensor(shape, 1);
    return std::move(Unwrap(function.Run({x.view()}))[0]);
  }
};

TEST_CASE_FIXTURE(Fixture, "one trace serves all sizes that the function does not look at") {
  TracedFunction function(runtime, [](const Array& x) { return Softmax(x * 2); }, inputs);
  CHECK(function.traces().empty());
  for (int64_t size : {1, 2, 3, 7}) CHECK(RunOn(function, {size, 5}).shape() == Shape{size, 5});
  REQUIRE(function.traces().size() == 1);
  CHECK(function.traces()[0].reason == "first run");
}

TEST_CASE_FIXTURE(Fixture, "a branch on a size is traced again when the size changes, once each") {
  int calls = 0;
  const auto net = [&calls](const Array& x) {
    ++calls;
    return x.dim(0) > 2 ? ReduceSum(x, {0}) : x;
  };
  TracedFunction function(runtime, net, inputs);
  CHECK(RunOn(function, {2, 4}).shape() == Shape{2, 4});
  CHECK(RunOn(function, {2, 6}).shape() == Shape{2, 6});
  CHECK(calls == 1);
  CHECK(RunOn(function, {3, 4}).shape() == Shape{1, 4});
  CHECK(calls == 2);
  CHECK(RunOn(function, {2, 4}).shape() == Shape{2, 4});
  CHECK(RunOn(function, {2, 9}).shape() == Shape{2, 9});
  CHECK(RunOn(function, {3, 9}).shape() == Shape{1, 9});
  CHECK(calls == 2);
  REQUIRE(function.traces().size() == 2);
  CHECK(function.traces()[1].reason ==
        "'batch' is 3, traced for 2 because dimension 0 of 'x' was read as 2");
}

TEST_CASE_FIXTURE(Fixture, "a size of a computed value is compared for each new shape") {
  const auto net = [](const Array& x) {
    const Array y = MaxPool(Unsqueeze(x, {0}), {2}, {.strides = {2}});
    return y * static_cast<double>(y.dim(2));
  };
  TracedFunction function(runtime, net, inputs);
  RunOn(function, {1, 8});
  RunOn(function, {1, 9});  // pools to the same size, but its symbol is pinned
  CHECK(function.traces().size() == 2);
  RunOn(function, {2, 8});
  CHECK(function.traces().size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "inputs that the declaration refuses are refused before any tracing") {
  TracedFunction function(runtime, [](const Array& x) { return Relu(x); }, inputs);
  const Tensor x = RandomTensor({2, 3, 4}, 1);
  CHECK(function.Run({x.view()}).status().message() ==
        "input 'x': got shape [2,3,4], expected [batch,width]");
  CHECK(function.Run({}).status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(function.traces().empty());
}

TEST_CASE_FIXTURE(Fixture, "an error while tracing again leaves the earlier traces usable") {
  const auto net = [](const Array& x) { return x.dim(0) > 2 ? Reshape(x, {7}) : Relu(x); };
  TracedFunction function(runtime, net, inputs);
  RunOn(function, {1, 2});
  const Tensor x = RandomTensor({3, 1}, 1);
  const absl::Status status = function.Run({x.view()}).status();
  CHECK(status.message().substr(0, 35) == "trace: node 'Reshape_0' (Reshape): ");
  CHECK(RunOn(function, {1, 5}).shape() == Shape{1, 5});
}

}  // namespace
}  // namespace kairos

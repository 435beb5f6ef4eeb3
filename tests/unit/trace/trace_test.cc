#include "kairos/trace.h"

#include <string>
#include <vector>

#include "doctest/doctest.h"

#include "kairos/model.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"
#include "tests/support/temp_dir.h"

namespace kairos {
namespace {

using testing::BitEqual;
using testing::MakeConstant;
using testing::NewModel;
using testing::NewRuntime;
using testing::NewSession;
using testing::RandomTensor;
using testing::Unwrap;

struct Fixture {
  std::shared_ptr<Runtime> runtime = NewRuntime("reference");
  Array weights = Array(MakeConstant<float>({3, 2}, {1, -2, 3, -4, 5, -6}), "weights");
  std::vector<TraceInput> inputs = {{"x", DType::kFloat32, {Symbol("batch"), 3}}};

  TracedGraph TraceIt(const ArrayFunction& function) {
    return Unwrap(Trace(runtime, function, inputs));
  }
  absl::Status TraceError(const ArrayFunction& function) {
    return Trace(runtime, function, inputs).status();
  }
  Tensor RunOn(const Graph& graph, const Tensor& x) {
    auto session = NewSession(runtime, NewModel(graph), NewJitPolicy());
    return std::move(Unwrap(session->Run({x.view()}))[0]);
  }
  // The same function at once.
  Tensor AtOnce(const ArrayFunction& function, const Tensor& x) {
    const std::vector<Array> inputs = {
        Array(MakeConstant(x.dtype(), x.shape(), x.data(), x.byte_count())).On(runtime)};
    return Unwrap(function(inputs)[0].ToTensor());
  }
};

TEST_CASE_FIXTURE(Fixture, "a traced function gives the same bits as one that runs at once") {
  const ArrayFunction net = [&](const Array& x) {
    return Softmax(Relu(MatMul(x, weights) + 0.5) * 2);
  };
  const Graph graph = TraceIt(net).graph;
  for (int64_t batch : {1, 2, 5}) {
    const Tensor x = RandomTensor({batch, 3}, 7);
    auto session = NewSession(runtime, NewModel(graph), NewEagerPolicy());
    CHECK(BitEqual(Unwrap(session->Run({x.view()}))[0], AtOnce(net, x)));
  }
}

TEST_CASE_FIXTURE(Fixture, "sizes that are not read stay open in the graph and in its file") {
  const TracedGraph traced = TraceIt([&](const Array& x) { return Flatten(MatMul(x, weights)); });
  CHECK(traced.guards.empty());
  CHECK(traced.pinned.empty());
  testing::TempDir folder;
  testing::Require(SaveModel(traced.graph, {}, folder.File("net.kai")));
  auto model = Unwrap(Model::Load(folder.File("net.kai")));
  CHECK(model->graph().value(model->graph().inputs[0]).dims ==
        std::vector<Dim>{{-1, "batch"}, {3, ""}});
  CHECK(model->output_names() == std::vector<std::string>{"output"});
  const Tensor x = RandomTensor({4, 3}, 1);
  auto session = NewSession(runtime, model, NewAutoPolicy());
  CHECK(Unwrap(session->Run({x.view()}))[0].shape() == Shape{4, 2});
}

TEST_CASE_FIXTURE(Fixture, "a size that is read is guarded and pins its symbol") {
  const TracedGraph traced = TraceIt([&](const Array& x) {
    return Reshape(MatMul(x, weights), {1, x.dim(0) * x.dim(1) * 2 / 3});
  });
  REQUIRE(traced.guards.size() == 1);  // x's second size is fixed
  CHECK(traced.guards[0].value == "x");
  CHECK(traced.guards[0].axis == 0);
  CHECK(traced.guards[0].size == 2);
  REQUIRE(traced.pinned.size() == 1);
  CHECK(traced.pinned[0].symbol == "batch");
  CHECK(traced.pinned[0].reason == "dimension 0 of 'x' was read as 2");
  CHECK(traced.graph.value(traced.graph.inputs[0]).dims == std::vector<Dim>{{2, ""}, {3, ""}});
}

TEST_CASE_FIXTURE(Fixture, "a size of a computed value pins only the symbols that it depends on") {
  inputs[0].dims = {Symbol("batch"), 1, Symbol("width", 9)};
  const Array kernel(MakeConstant<float>({4, 1, 3}, std::vector<float>(12, 0.5f)), "kernel");
  const TracedGraph channels = TraceIt([&](const Array& x) {
    const Array y = Conv(x, kernel);
    return Reshape(y, {0, y.dim(1) / 2, -1});
  });
  CHECK(channels.guards.size() == 1);
  CHECK(channels.pinned.empty());

  const TracedGraph width = TraceIt([&](const Array& x) {
    const Array y = Conv(x, kernel, {}, {.strides = {2}});
    return y * (1.0 / static_cast<double>(y.dim(2)));
  });
  REQUIRE(width.pinned.size() == 1);
  CHECK(width.pinned[0].symbol == "width");
  CHECK(width.graph.value(width.graph.inputs[0]).dims ==
        std::vector<Dim>{{-1, "batch"}, {1, ""}, {9, ""}});
}

TEST_CASE_FIXTURE(Fixture, "shape arithmetic on Arrays stays open where reading would pin") {
  const ArrayFunction net = [&](const Array& x) {
    const Array batch = Slice(ShapeOf(x), {0}, {1}, {0});
    return Reshape(MatMul(x, weights), Concat({Int64s({1}), batch * 2}, 0));
  };
  const TracedGraph traced = TraceIt(net);
  CHECK(traced.pinned.empty());
  CHECK(RunOn(traced.graph, RandomTensor({5, 3}, 3)).shape() == Shape{1, 10});
}

TEST_CASE_FIXTURE(Fixture, "loops are unrolled, and code that feeds no output leaves no trace") {
  const TracedGraph traced = TraceIt([&](const Array& x) {
    Array y = x;
    for (int i = 0; i < 3; ++i) y = Relu(y + 1);
    MatMul(x, weights);
    return y;
  });
  CHECK(traced.graph.nodes.size() == 6);
  for (const Value& value : traced.graph.values) {
    const bool is_dead_weight = value.name == "weights" && value.constant.has_value();
    CHECK_FALSE(is_dead_weight);
  }
}

TEST_CASE_FIXTURE(Fixture, "a weight that is used twice is stored once, under its name") {
  const TracedGraph traced =
      TraceIt([&](const Array& x) { return MatMul(x, weights) - MatMul(Relu(x), weights); });
  int constants = 0;
  for (const Value& value : traced.graph.values) constants += value.constant.has_value() ? 1 : 0;
  CHECK(constants == 1);
}

TEST_CASE_FIXTURE(Fixture, "outputs are named by the program, or by their order") {
  const TracedGraph traced = TraceIt([&](const Array& x) {
    const Array y = Relu(x).Named("positive");
    return std::vector<Array>{y, y, x, weights, Relu(-x).Named("positive")};
  });
  std::vector<std::string> names;
  for (ValueId id : traced.graph.outputs) names.push_back(traced.graph.value(id).name);
  CHECK(names ==
        std::vector<std::string>{"positive", "output_1", "output_2", "output_3", "positive_1"});
  testing::Require(ValidateGraph(traced.graph));
}

TEST_CASE_FIXTURE(Fixture, "the first error of an output is the trace's, naming the node") {
  const absl::Status status = TraceError([&](const Array& x) { return Relu(MatMul(Relu(x), x)); });
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(status.message().substr(0, 33) == "trace: node 'MatMul_1' (MatMul): ");
  CHECK(TraceError([&](const Array&) { return std::vector<Array>{}; }).message() ==
        "trace: the function returns no Array");
  CHECK(TraceError([&](const Array&, const Array& b) { return b; }).message() ==
        "trace: got 1 inputs, expected 2 because the function takes as many");
  inputs.push_back({"x", DType::kFloat32, {Symbol("batch", 3)}});
  CHECK(TraceError([&](const Array& a, const Array&) { return a; }).message() ==
        "trace: input 'x': expected names that are distinct and not empty");
  inputs[1].name = "y";
  CHECK(TraceError([&](const Array& a, const Array&) { return a; }).message() ==
        "trace: input 'y': symbol 'batch' is 3, expected 2 as before");
}

TEST_CASE_FIXTURE(Fixture, "a traced Array has no elements, and is worth nothing after its trace") {
  absl::Status elements;
  Array kept;
  TraceIt([&](const Array& x) {
    kept = Relu(x);
    elements = kept.ToTensor().status();
    return kept;
  });
  CHECK(elements.message() ==
        "array: has no elements while it is traced; return it, and run the traced graph");
  CHECK(Relu(kept).status().message() == "Relu: an input belongs to a trace that has ended");
  CHECK(TraceError([&](const Array& x) { return x + kept; }).message() ==
        "trace: Add: an input belongs to a trace that has ended");
  CHECK(TraceError([&](const Array&) { return kept; }).code() ==
        absl::StatusCode::kFailedPrecondition);
}

TEST_CASE_FIXTURE(Fixture, "what ran at once may be used inside a trace as a constant") {
  const Array doubled = (weights.On(runtime) * 2).Named("doubled");
  const ArrayFunction net = [&](const Array& x) { return MatMul(x, doubled); };
  const TracedGraph traced = TraceIt(net);
  CHECK(traced.graph.nodes.size() == 1);
  const Tensor x = RandomTensor({2, 3}, 5);
  CHECK(BitEqual(RunOn(traced.graph, x), AtOnce(net, x)));
}

}  // namespace
}  // namespace kairos

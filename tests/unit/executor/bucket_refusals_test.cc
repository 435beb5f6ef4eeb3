// Where padding would change results, or buckets do not fit the model.
#include <doctest/doctest.h>
#include <functional>
#include <string>

#include "kairos/compiler.h"
#include "tests/support/control_flow.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/executor/bucket_nets.h"

namespace kairos::testing {
namespace {

struct Refusal {
  const char* expected;                                     // in the message
  std::function<ValueId(GraphBuilder&, ValueId x)> output;  // of x[n,6]
};

TEST_CASE("a graph that does not compute items one by one is refused, naming the node at fault") {
  const auto size_of = [](GraphBuilder& b, ValueId x) {
    const ValueId n = b.Add("Shape", {x}, {{"end", int64_t{1}}}, "n");
    return b.Add("Cast", {n}, {{"to", int64_t{1}}}, "count");
  };
  const Refusal refusals[] = {
      {"node 'soft' (Softmax) does not compute its items one by one",
       [](GraphBuilder& b, ValueId x) {
         return b.Add("Relu", {b.Add("Softmax", {x}, {{"axis", int64_t{0}}}, "soft")});
       }},
      {"node 'mean' (ReduceMean) does not compute its items one by one",
       [](GraphBuilder& b, ValueId x) {
         const ValueId axes = b.Constant<int64_t>("axes", {1}, {0});
         return b.Add("ReduceMean", {x, axes}, {}, "mean");
       }},
      {"node 'mixed' (Reshape) does not compute its items one by one",
       [](GraphBuilder& b, ValueId x) {
         const ValueId shape = b.Constant<int64_t>("shape", {2}, {6, -1});
         return b.Add("Reshape", {x, shape}, {}, "mixed");
       }},
      {"node 'scaled' (Mul) takes what is computed from the size",
       [&](GraphBuilder& b, ValueId x) { return b.Add("Mul", {x, size_of(b, x)}, {}, "scaled"); }},
      {"output 'count:0' is computed from the size", size_of},
      {"output 'last:0' is computed from the size",
       [](GraphBuilder& b, ValueId x) {
         const ValueId n = b.Add("Shape", {x}, {{"end", int64_t{1}}}, "n");
         return b.Add("Gather", {b.Random<float>("table", {9, 2}, 1), n}, {}, "last");
       }},
      {"node 'noise' (RandomNormalLike) does not compute its items one by one",
       [](GraphBuilder& b, ValueId x) { return b.Add("RandomNormalLike", {x}, {}, "noise"); }},
      {"node 'backwards' (Slice) does not compute its items one by one",
       [](GraphBuilder& b, ValueId x) {
         const auto one = [&](const char* name, int64_t value) {
           return b.Constant<int64_t>(name, {1}, {value});
         };
         return b.Add("Slice", {x, one("s", -1), one("e", -99), one("a", 0), one("t", -1)}, {},
                      "backwards");
       }},
  };
  for (const Refusal& refusal : refusals) {
    CAPTURE(refusal.expected);
    GraphBuilder b;
    const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {6, ""}});
    b.Output(refusal.output(b, x));
    auto session = BucketSession(b.Build(), {Sizes({"n"}, {8})});
    std::vector<Tensor> inputs;
    inputs.push_back(RandomTensor({6, 6}, 1));
    const absl::Status refused = session->Run(Views(inputs)).status();
    CAPTURE(refused.message());
    CHECK(refused.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(std::string(refused.message()).find(refusal.expected) != std::string::npos);
    CHECK(session->stats().recordings == 0);
    // The size of the bucket itself is as good as any.
    inputs[0] = RandomTensor({8, 6}, 1);
    CHECK(session->Run(Views(inputs)).ok());
  }
}

TEST_CASE("other inputs that have the dimension must be declared, too") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, 6});
  b.Output(b.Add("Mul", {x, b.Input("y", DType::kFloat32, {-1, 6})}));
  auto session = BucketSession(b.Build(), {Sizes({"x.0"}, {8})});
  std::vector<Tensor> inputs;
  for (uint32_t seed : {1, 2}) inputs.push_back(RandomTensor({5, 6}, seed));
  const absl::Status refused = session->Run(Views(inputs)).status();
  CHECK(
      std::string(refused.message()).find("buckets: x=float32[8,6],y=float32[5,6]: node 'Mul_0'") ==
      0);
}

TEST_CASE("an input whose values decide shapes is not padded") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {6});
  b.Output(b.Add("Reshape", {x, b.Input("to", DType::kInt64, {-1})}));
  auto session = BucketSession(b.Build(), {Sizes({"to.0"}, {4})});
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({6}, 1));
  inputs.push_back(Int64Tensor({2, 3}));
  CHECK(session->Run(Views(inputs)).status().message() ==
        "buckets: input 'to' decides shapes by its values, expected none of its dimensions");
}

TEST_CASE("a plan of another graph writes no outputs that padding made room for") {
  const auto graph_of = [](bool twice) {
    GraphBuilder b;
    const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {6, ""}});
    b.Output(twice ? b.Add("Concat", {x, x}, {{"axis", int64_t{1}}}) : b.Add("Relu", {x}), "y");
    return b.Build();
  };
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({4, 6}, 1));
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const TempDir dir;
  const Plan plan = Unwrap(CompilePlan(NewRuntime(), NewModel(graph_of(true)), signatures));
  Require(SaveModel(graph_of(false), {&plan, 1}, dir.File("m.kai")));
  SessionOptions options;
  options.policy = NewAotPolicy();
  options.buckets = {Sizes({"n"}, {4})};
  auto session = Unwrap(
      Session::Make(NewRuntime(), Unwrap(Model::Load(dir.File("m.kai"))), std::move(options)));
  inputs[0] = RandomTensor({3, 6}, 1);
  const absl::Status refused = session->Run(Views(inputs)).status();
  CHECK(refused.code() == absl::StatusCode::kDataLoss);
  CHECK(refused.message() == "buckets: the Program has other outputs than the model's graph");
}

std::string MakeError(const Graph& graph, std::vector<DimBuckets> buckets) {
  SessionOptions options;
  options.policy = NewJitPolicy();
  options.buckets = std::move(buckets);
  const auto made = Session::Make(NewRuntime(), NewModel(graph), std::move(options));
  return made.ok() ? "" : made.status().ToString();
}

TEST_CASE("declarations that do not fit the model are refused with the session") {
  const std::string start = "INVALID_ARGUMENT: buckets of '";
  CHECK(MakeError(Mlp(), {Sizes({"m"}, {8})}) ==
        start +
            "m': the model has no such dimension, expected NAME.AXIS of an input or a name"
            " that it declares");
  CHECK(MakeError(Mlp(), {Sizes({"x.2"}, {8})}) == start + "x.2': the input has rank 2");
  CHECK(MakeError(Mlp(), {Sizes({"x.1"}, {8})}) ==
        start + "x.1': the model declares 8, expected a dimension of unknown size");
  CHECK(MakeError(Mlp(), {Sizes({"x.-1"}, {8})}) == start + "x.-1': no axis of a tensor");
  CHECK(MakeError(Mlp(), {Sizes({"n"}, {8, 0})}) ==
        start + "n': got size 0, expected 1 to 2^31 - 1");
  CHECK(MakeError(Mlp(), {Sizes({"n"}, {})}) ==
        start + "n': got 0 rules, expected one of sizes, a multiple or powers of two");
  CHECK(MakeError(Mlp(), {Sizes({}, {8})}) ==
        "INVALID_ARGUMENT: buckets: got no dimension, expected one or more");
  CHECK(MakeError(Mlp(), {Sizes({"n"}, {8}), Sizes({"x.0"}, {4})}) ==
        start + "x.0': the same dimension as 'n', expected one declaration");
  GraphBuilder square;
  square.Output(
      square.Add("Relu", {square.InputDims("x", DType::kFloat32, {{-1, "n"}, {-1, "n"}})}));
  CHECK(MakeError(square.Build(), {Sizes({"n"}, {8})}) ==
        start + "n': input 'x' has it at axes 0 and 1, expected one");
  CHECK(MakeError(DoublingLoop(), {Sizes({"n"}, {8})}) ==
        "FAILED_PRECONDITION: buckets: the model runs in parts, expected one that runs as a whole");
}

}  // namespace
}  // namespace kairos::testing

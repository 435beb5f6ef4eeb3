#include <doctest/doctest.h>

#include "tests/support/planned_model.h"
#include "tests/unit/executor/bucket_nets.h"

namespace kairos::testing {
namespace {

TEST_CASE("however many sizes arrive, each bucket records one Program") {
  auto session = BucketSession(Mlp(), {Sizes({"n"}, {100, 16, 64})});
  for (int64_t n = 1; n <= 100; ++n) {
    const std::vector<Tensor> inputs = MlpInput(n * 37 % 101);  // in no order
    CHECK(MaxError(Run(*session, inputs), RunReference(Mlp(), inputs)) < 1e-5);
  }
  CHECK(session->stats().recordings == 3);
  CHECK(session->stats().runs == 100);
  CHECK(session->stats().padded_runs == 97);
  CHECK(session->stats().padding_bytes >= 100 * (8 + 5) * 4);
}

TEST_CASE("results are those of the exact size, whatever follows the shape") {
  for (const auto& policy : {NewJitPolicy(), NewPlanningPolicy(), NewAutoPolicy()}) {
    CAPTURE(std::string(policy->name()));
    auto session = BucketSession(ShapeNet(), {Sizes({"x.0"}, {4, 64})}, policy);
    for (int64_t n : {1, 2, 3, 4, 5, 31, 63, 64, 3}) {
      CAPTURE(n);
      CHECK(MaxError(Run(*session, ShapeInput(n)), RunReference(ShapeNet(), ShapeInput(n))) < 1e-5);
    }
    CHECK(session->stats().recordings == 2);
  }
  auto convolutions = BucketSession(ConvNet(), {Sizes({"n"}, {4})});
  for (int64_t n : {3, 1, 2}) {
    const std::vector<Tensor> inputs = ConvInput(n, 5, 6);
    CHECK(MaxError(Run(*convolutions, inputs), RunReference(ConvNet(), inputs)) < 1e-5);
  }
  CHECK(convolutions->stats().recordings == 1);
}

TEST_CASE("sizes of a bucket, above the largest one, and of nothing have Programs of their own") {
  auto session = BucketSession(Mlp(), {Sizes({"n"}, {4})});
  for (int64_t n : {4, 9, 0}) {
    CHECK(BitEqual(Run(*session, MlpInput(n)),
                   Run(*NewSession(NewRuntime(), NewModel(Mlp()), NewJitPolicy()), MlpInput(n))));
  }
  CHECK(session->stats().recordings == 3);
  CHECK(session->stats().padded_runs == 0);
  CHECK(session->stats().padding_bytes == 0);
}

TEST_CASE("rules without a largest size round up to multiples and powers of two") {
  DimBuckets multiples{{"n"}};
  multiples.multiple_of = 8;
  DimBuckets powers{{"x.0"}};
  powers.powers_of_two = true;
  auto by_eight = BucketSession(Mlp(), {multiples}), by_powers = BucketSession(Mlp(), {powers});
  for (int64_t n = 1; n <= 40; ++n) {
    Run(*by_eight, MlpInput(n));
    Run(*by_powers, MlpInput(n));
  }
  CHECK(by_eight->stats().recordings == 5);   // 8 to 40
  CHECK(by_powers->stats().recordings == 7);  // 1 to 64
}

TEST_CASE("an axis in the middle, shared by two inputs, and two dimensions at once are padded") {
  GraphBuilder b;
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {-1, "rows"}, {4, ""}});
  const ValueId mask = b.InputDims("mask", DType::kFloat32, {{-1, ""}, {1, ""}});
  const ValueId masked = b.Add("Mul", {x, mask});
  b.Output(b.Add("MatMul", {masked, b.Random<float>("w", {4, 3}, 1)}), "y");
  b.Output(b.Add("Transpose", {masked}, {{"perm", Ints{2, 1, 0}}}), "turned");
  b.Output(b.Add("Sqrt", {b.Random<float>("c", {2}, 2)}), "constant");
  const Graph graph = b.Build();
  auto session = BucketSession(graph, {Sizes({"rows", "mask.0"}, {4, 7}), Sizes({"n"}, {2, 5})});
  for (int64_t n : {1, 2, 3, 5}) {
    for (int64_t rows : {2, 4, 6}) {
      std::vector<Tensor> inputs;
      inputs.push_back(RandomTensor({n, rows, 4}, 1));
      inputs.push_back(RandomTensor({rows, 1}, 2));
      const std::vector<Tensor> got = Run(*session, inputs);
      CHECK(got[1].shape() == Shape{4, rows, n});
      CHECK(MaxError(got, RunReference(graph, inputs)) < 1e-5);
    }
  }
  CHECK(session->stats().recordings == 4);
}

TEST_CASE("a plan at the sizes of the buckets serves all sizes up to them") {
  const std::vector<Tensor> four = MlpInput(4), eight = MlpInput(8);
  const std::vector<std::vector<TensorView>> signatures = {Views(four), Views(eight)};
  auto runtime = NewRuntime();
  SessionOptions options;
  options.policy = NewAotPolicy({.on_mismatch = OnPlanMismatch::kError});
  options.buckets = {Sizes({"n"}, {4, 8})};
  auto session = Unwrap(
      Session::Make(runtime, WithPlan(runtime, NewModel(Mlp()), signatures), std::move(options)));
  for (int64_t n = 1; n <= 8; ++n) {
    CHECK(MaxError(Run(*session, MlpInput(n)), RunReference(Mlp(), MlpInput(n))) < 1e-5);
  }
  CHECK(session->stats().recordings == 0);
  CHECK(session->stats().compiles == 0);
  CHECK_FALSE(session->Run(Views(MlpInput(9))).ok());  // above them there is no plan
}

TEST_CASE("types, preparation and readiness are those of the size asked for") {
  SessionOptions options;
  options.policy = NewJitPolicy();
  options.buckets = {Sizes({"n"}, {8})};
  options.on_miss = OnMiss::kError;
  auto session = Unwrap(Session::Make(NewRuntime(), NewModel(Mlp()), std::move(options)));
  const std::vector<Tensor> five = MlpInput(5), six = MlpInput(6);
  CHECK(session->Run(Views(five)).status().code() == absl::StatusCode::kFailedPrecondition);
  CHECK_FALSE(session->Ready(Views(five)));
  REQUIRE(session->Prepare(Views(five)).ok());
  CHECK(session->Ready(Views(five)));
  CHECK_FALSE(session->Ready(Views(six)));  // it has not been checked yet
  CHECK(session->Run(Views(six)).ok());     // but its Program is there
  CHECK(session->Ready(Views(six)));
  CHECK(Unwrap(session->OutputTypes(Views(six)))[0].shape == Shape{6, 5});
  CHECK(Unwrap(session->Record(Views(six))).signature.inputs[0].shape == Shape{8, 8});
  // What is wrong with inputs and outputs is said of the sizes given.
  Tensor output = Unwrap(Tensor::Make(DType::kFloat32, {8, 5}));
  const MutableTensorView outputs[] = {output.mutable_view()};
  const absl::Status refused = session->Run(Views(six), outputs);
  CHECK(std::string(refused.message()).find("[6,5]") != std::string::npos);
  CHECK_FALSE(session->Run({}).ok());
}

TEST_CASE("tapped values are cut like outputs") {
  auto session = BucketSession(Mlp(), {Sizes({"n"}, {8})}, NewJitPolicy(), {"bias:0", "w1", "x"});
  auto oracle =
      NewSession(NewRuntime("reference"), NewModel(Mlp()), NewEagerPolicy(), {"bias:0", "w1", "x"});
  const std::vector<Tensor> got = Run(*session, MlpInput(3));
  CHECK(MaxError(got, Run(*oracle, MlpInput(3))) < 1e-5);
  CHECK(got[1].shape() == Shape{3, 16});
  CHECK(got[2].shape() == Shape{8, 16});
  CHECK(got[3].shape() == Shape{3, 8});
}

TEST_CASE("under a policy that keeps no Programs nothing is padded") {
  auto session = BucketSession(Mlp(), {Sizes({"n"}, {8})}, NewEagerPolicy());
  CHECK(MaxError(Run(*session, MlpInput(3)), RunReference(Mlp(), MlpInput(3))) < 1e-5);
  CHECK(session->stats().padded_runs == 0);
}

}  // namespace
}  // namespace kairos::testing

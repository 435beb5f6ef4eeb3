#include <doctest/doctest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/graph_builder.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// z[n,m] = x[n,4] x y[4,m] ... with both symbols named.
Graph TwoInputs() {
  GraphBuilder b;
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {4, ""}});
  const ValueId y = b.InputDims("y", DType::kFloat32, {{-1, "n"}, {-1, ""}});
  b.Output(b.Add("Add", {x, y}), "z");
  return b.Build();
}

struct InputCase {
  const char* name;
  std::function<void(std::vector<TensorView>&)> spoil;
  const char* message;
};

const int64_t kShape34[] = {3, 4}, kShape35[] = {3, 5}, kShape3[] = {3}, kShape54[] = {5, 4};
const int64_t kNegative[] = {3, -4};

TEST_CASE("wrong inputs are refused with the reason, and the session goes on") {
  auto session = NewSession(NewRuntime(), NewModel(TwoInputs()), NewJitPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({3, 4}, 1));
  inputs.push_back(RandomTensor({3, 4}, 2));
  const InputCase kCases[] = {
      {"too few", [](auto& v) { v.pop_back(); }, "inputs: got 1, expected 2 (x, y)"},
      {"too many", [](auto& v) { v.push_back(v[0]); }, "inputs: got 3, expected 2 (x, y)"},
      {"dtype", [](auto& v) { v[0].dtype = DType::kInt32; },
       "input 'x': got int32, expected float32"},
      {"size", [](auto& v) { v[0].shape = kShape35; },
       "input 'x': got shape [3,5], expected [n,4]"},
      {"rank", [](auto& v) { v[1].shape = kShape3; }, "input 'y': got shape [3], expected [n,?]"},
      {"symbol", [](auto& v) { v[1].shape = kShape54; },
       "input 'y': dimension 'n' is 5, expected 3 as in another input"},
      {"bytes", [](auto& v) { v[1].bytes = 44; }, "input 'y': got 44 bytes, expected 48"},
      {"null", [](auto& v) { v[0].data = nullptr; }, "input 'x': data pointer is null"},
  };
  const auto check_all = [&] {
    for (const InputCase& test : kCases) {
      CAPTURE(test.name);
      std::vector<TensorView> views = Views(inputs);
      test.spoil(views);
      const absl::Status status = session->Run(views).status();
      CHECK(status.code() == absl::StatusCode::kInvalidArgument);
      CHECK(std::string(status.message()) == test.message);
    }
  };
  check_all();
  CHECK(session->stats().runs == 0);
  CHECK(MaxError(Run(*session, inputs), RunReference(TwoInputs(), inputs)) == 0);
  check_all();  // once more with a Program at hand
  Run(*session, inputs);
  CHECK(session->stats().recordings == 1);
}

TEST_CASE("a negative dimension is refused") {
  auto session = NewSession(NewRuntime(), NewModel(TwoInputs()), NewJitPolicy());
  const float data[12] = {};
  const TensorView bad{DType::kFloat32, kNegative, data, sizeof(data)};
  const absl::Status status = session->Run({bad, bad}).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()).rfind("input 'x': ", 0) == 0);
}

TEST_CASE("wrong outputs are refused with the reason") {
  SessionOptions options;
  options.policy = NewJitPolicy();
  options.taps = {"act:0"};
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, 4});
  b.Output(b.Add("Neg", {b.Add("Relu", {x}, {}, "act")}), "z");
  auto session = Unwrap(Session::Make(NewRuntime(), NewModel(b.Build()), options));
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({3, 4}, 1));
  float z[12], tap[12];
  const MutableTensorView good{DType::kFloat32, kShape34, z, sizeof(z)};
  const MutableTensorView good_tap{DType::kFloat32, kShape34, tap, sizeof(tap)};
  const auto run = [&](const std::vector<MutableTensorView>& outputs) {
    return std::string(session->Run(Views(inputs), outputs).message());
  };
  CHECK(run({good, good_tap}) == "");
  CHECK(run({good}) == "outputs: got 1, expected 2");
  MutableTensorView bad = good;
  bad.shape = kShape35;
  CHECK(run({bad, good_tap}) == "output 'z': got float32[3,5], expected float32[3,4]");
  bad = good;
  bad.dtype = DType::kInt32;
  CHECK(run({bad, good_tap}) == "output 'z': got int32[3,4], expected float32[3,4]");
  bad = good;
  bad.bytes = 12;
  CHECK(run({bad, good_tap}) == "output 'z': got 12 bytes, expected 48");
  bad = good_tap;
  bad.data = nullptr;
  CHECK(run({good, bad}) == "tap 'act:0': data pointer is null");
}

TEST_CASE("an input that decides shapes is checked before it is read") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  const ValueId target = b.Input("target", DType::kInt64, {-1});
  b.Output(b.Add("Reshape", {x, target}), "y");
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({3, 4}, 1));
  inputs.push_back(Int64Tensor({12}));
  std::vector<TensorView> views = Views(inputs);
  for (int round : {0, 1}) {
    CAPTURE(round);
    views[1].data = nullptr;
    CHECK(std::string(session->Run(views).status().message()) ==
          "input 'target': data pointer is null");
    views[1].data = inputs[1].data();
    CHECK(session->Run(views).ok());
  }
}

TEST_CASE("an input that decides shapes has a bounded size") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {});
  const ValueId target = b.Input("target", DType::kInt64, {-1});
  b.Output(b.Add("Expand", {x, target}), "y");
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({}, 1));
  inputs.push_back(Int64Tensor(std::vector<int64_t>(8193, 1)));
  const absl::Status status = session->Run(Views(inputs)).status();
  CHECK(status.code() == absl::StatusCode::kUnimplemented);
  CHECK(std::string(status.message()) ==
        "input 'target': decides shapes and has 65544 bytes, expected at most 65536");
}

TEST_CASE("an error of a node names it") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1}), y = b.Input("y", DType::kFloat32, {-1});
  b.Output(b.Add("Add", {x, y}, {}, "sum"), "z");
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({2}, 1));
  inputs.push_back(RandomTensor({3}, 1));
  const absl::Status status = session->Run(Views(inputs)).status();
  CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  CHECK(std::string(status.message()).rfind("node 'sum' (Add): ", 0) == 0);
}

TEST_CASE("an index out of range in the data is an error of the run that names the node") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {4});
  const ValueId index = b.Input("index", DType::kInt64, {-1});
  b.Output(b.Add("Gather", {x, index}, {}, "pick"), "y");
  auto session = NewSession(NewRuntime(), NewModel(b.Build()), NewJitPolicy());
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({4}, 1));
  inputs.push_back(Int64Tensor({0, 4}));
  const absl::Status status = session->Run(Views(inputs)).status();
  CHECK_FALSE(status.ok());
  CHECK(std::string(status.message()).rfind("node 'pick' (Gather): ", 0) == 0);
}

}  // namespace
}  // namespace kairos::testing

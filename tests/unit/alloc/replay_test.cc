// After the first run of a signature, running allocates nothing of ours.
#include <algorithm>
#include <doctest/doctest.h>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"

#include "tests/unit/alloc/allocation_counter.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// Allocations of 10 runs after the first ones.
struct Allocations {
  long ours = 0;          // outside kernels, and in kernels of our own
  long most_library = 0;  // in one run of one library kernel, which builds a table of arguments
};

bool IsLibraryKernel(const Event& event) { return absl::StrContains(event.kernel, "onednn.") &&
                                                  absl::StrContains(event.kernel, ":"); }

// Counts what was allocated since the event before.
class Accountant {
 public:
  void Attribute(const Event& event) {
    if (!counting) return;
    const long since = allocations - seen;
    if (IsLibraryKernel(event)) {
      total.most_library = std::max(total.most_library, since);
    } else {
      total.ours += since;
    }
    seen = allocations;
  }
  void Start() {
    seen = allocations;
    counting = true;
  }
  Allocations Stop() {
    counting = false;
    total.ours += allocations - seen;
    return total;
  }

 private:
  Allocations total;
  long seen = 0;
  bool counting = false;
};

Allocations OfReplay(std::shared_ptr<Runtime> runtime, const Graph& graph,
                     const std::vector<std::vector<Tensor>>& inputs,
                     std::vector<DimBuckets> buckets = {}) {
  Accountant accountant;
  SessionOptions options;
  options.policy = NewJitPolicy();
  options.buckets = std::move(buckets);
  options.on_event = [&](const Event& event) { accountant.Attribute(event); };
  auto session = Unwrap(Session::Make(std::move(runtime), NewModel(graph), std::move(options)));
  std::vector<std::vector<Tensor>> outputs;
  std::vector<std::vector<TensorView>> in;
  std::vector<std::vector<MutableTensorView>> out(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    outputs.push_back(Run(*session, inputs[i]));
    in.push_back(Views(inputs[i]));
    for (Tensor& output : outputs.back()) out[i].push_back(output.mutable_view());
    Require(session->Run(in[i], out[i]));
  }
  accountant.Start();
  bool ok = true;
  for (int run = 0; run < 10; ++run) {
    for (size_t i = 0; i < inputs.size(); ++i) ok &= session->Run(in[i], out[i]).ok();
  }
  const Allocations result = accountant.Stop();
  CHECK(ok);
  const bool padded = session->stats().padded_runs > 0;  // all into one bucket
  CHECK(session->stats().recordings == (padded ? 1 : static_cast<int64_t>(inputs.size())));
  return result;
}

TEST_CASE("allocations are counted") {
  const long before = allocations;
  ::operator delete(::operator new(1));  // `delete new int` may be left out
  CHECK(allocations == before + 1);
}

TEST_CASE("a replay allocates nothing on the reference backend") {
  for (int threads : {1, 2}) {
    CAPTURE(threads);
    std::vector<std::vector<Tensor>> inputs;
    inputs.push_back(ConvInput(1, 5, 6));
    const Allocations made = OfReplay(NewRuntime("reference", threads), ConvNet(), inputs);
    CHECK(made.ours == 0);
    CHECK(made.most_library == 0);
  }
}

TEST_CASE("a replay on all backends allocates only what the library's calls do") {
  for (int threads : {1, 2}) {
    CAPTURE(threads);
    std::vector<std::vector<Tensor>> inputs;
    inputs.push_back(ConvInput(1, 5, 6));
    const Allocations made = OfReplay(NewRuntime("", threads), ConvNet(), inputs);
    CHECK(made.ours == 0);
    CHECK(made.most_library <= 16);
  }
}

TEST_CASE("changing between known signatures allocates nothing") {
  std::vector<std::vector<Tensor>> inputs;
  for (int64_t n : {1, 7, 3}) inputs.push_back(MlpInput(n));
  CHECK(OfReplay(NewRuntime(), Mlp(), inputs).ours == 0);
}

TEST_CASE("changing between known sizes of a bucket allocates nothing") {
  std::vector<std::vector<Tensor>> inputs;
  for (int64_t n : {1, 8, 7, 3}) inputs.push_back(MlpInput(n));
  CHECK(OfReplay(NewRuntime(), Mlp(), inputs, {DimBuckets{{"n"}, {8}}}).ours == 0);
}

TEST_CASE("a signature with values in it is found without allocating") {
  GraphBuilder b;
  const ValueId x = b.Input("x", DType::kFloat32, {-1, -1});
  b.Output(b.Add("Reshape", {b.Add("Neg", {x}), b.Input("to", DType::kInt64, {-1})}));
  std::vector<std::vector<Tensor>> inputs(2);
  for (auto& each : inputs) each.push_back(RandomTensor({4, 6}, 1));
  inputs[0].push_back(Int64Tensor({24}));
  inputs[1].push_back(Int64Tensor({2, 3, 4}));
  CHECK(OfReplay(NewRuntime(), b.Build(), inputs).ours == 0);
}

}  // namespace
}  // namespace kairos::testing

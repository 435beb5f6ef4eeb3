// Samples of a network whose kernels take a known time, on a clock that only they move.
#ifndef KAIROS_TESTS_UNIT_RTBENCH_RIG_H_
#define KAIROS_TESTS_UNIT_RTBENCH_RIG_H_

#include <memory>
#include <string>

#include "kairos/policies.h"
#include "rtbench/sample.h"
#include "tests/support/fake_time.h"
#include "tests/support/graph_builder.h"
#include "tests/support/run_graph.h"

namespace kairos::testing {

// x[n,8] through two products, which have a kernel each under every policy.
inline Graph Net() {
  GraphBuilder b("net");
  const ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
  const ValueId product = b.Add("MatMul", {x, b.Random<float>("w", {8, 4}, 1)}, {}, "fc");
  b.Output(b.Add("MatMul", {product, b.Random<float>("v", {4, 4}, 2)}, {}, "fc2"), "y");
  return b.Build();
}

struct Rig {
  FakeTime time;
  SampleRequest request;
  Subject subject;

  explicit Rig(Delays delays, const std::string& policy = "jit") {
    request.engine.policy = policy;
    request.seconds = 1;
    request.min_runs = 0;
    subject.now_ns = time.clock();
    subject.make_runtime = [this, delays]() -> absl::StatusOr<std::shared_ptr<Runtime>> {
      time.Pass(7);
      return NewRuntime("", 1, std::make_unique<SlowBackend>(&time, delays));
    };
    subject.load_model = [] { return Model::FromGraph(Net()); };
    subject.make_policy = [this] {
      time.Pass(3);
      return PolicyByName(request.engine.policy);
    };
  }
  nlohmann::json Take(const std::string& kind) {
    request.kind = kind;
    const int64_t main_ns = time.now_ns();
    time.Pass(2);
    return Unwrap(TakeSample(request, subject, main_ns));
  }
};

}  // namespace kairos::testing

#endif  // KAIROS_TESTS_UNIT_RTBENCH_RIG_H_

// Uses the installed library as an application does, with a policy and a backend of its own.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "counting_policy.h"
#include "kairos/compiler.h"
#include "kairos/session.h"
#include "relu_backend.h"

namespace out_of_tree {
namespace {

int passed = 0, failed = 0;

void Check(bool ok, const char* what) {
  ++(ok ? passed : failed);
  if (!ok) std::printf("FAILED: %s\n", what);
}

template <typename T>
T Unwrap(absl::StatusOr<T> value, const char* what) {
  if (value.ok()) return *std::move(value);
  std::printf("FAILED: %s: %s\n%d passed, %d failed, 0 skipped\n", what,
              value.status().ToString().c_str(), passed, failed + 1);
  std::exit(1);
}

// x[n,2] -> y = Relu -> MatMul with w -> z = Neg
kairos::Graph SmallGraph() {
  static const float kWeights[] = {1, -1, 2, 0.5f};
  kairos::Graph graph;
  graph.name = "small";
  for (const char* name : {"x", "w", "y", "product", "z"}) {
    graph.values.push_back({name, kairos::DType::kFloat32, {}, {}});
  }
  graph.values[0].dims = {{-1, "n"}, {2, ""}};
  graph.values[1].constant = {{kairos::DType::kFloat32, {2, 2}}, kWeights, nullptr};
  const auto node = [&](const char* op, std::vector<kairos::ValueId> inputs,
                        kairos::ValueId output) {
    kairos::Node made;
    made.op = op;
    made.name = op;
    made.inputs = std::move(inputs);
    made.outputs = {output};
    graph.nodes.push_back(std::move(made));
  };
  node("Relu", {0}, 2);
  node("MatMul", {2, 1}, 3);
  node("Neg", {3}, 4);
  graph.inputs = {0};
  graph.outputs = {2, 4};
  return graph;
}

std::shared_ptr<kairos::Runtime> NewRuntime() {
  kairos::RuntimeOptions options;
  options.threads = 1;
  options.extra_backends.push_back(std::make_unique<ReluBackend>());
  return Unwrap(kairos::Runtime::Make(std::move(options)), "runtime");
}

std::unique_ptr<kairos::Session> NewSession(std::shared_ptr<kairos::Runtime> runtime,
                                            std::shared_ptr<const kairos::Model> model,
                                            std::shared_ptr<const kairos::Policy> policy) {
  kairos::SessionOptions options;
  options.policy = std::move(policy);
  return Unwrap(kairos::Session::Make(std::move(runtime), std::move(model), std::move(options)),
                "session");
}

constexpr float kInput[] = {1, -2, -4, 4};
constexpr int64_t kShape[] = {2, 2};
const kairos::TensorView kX{kairos::DType::kFloat32, kShape, kInput, sizeof(kInput)};

bool IsRight(const std::vector<kairos::Tensor>& outputs) {
  const float kY[] = {1, 0, 0, 4}, kZ[] = {-1, 1, -8, -2};
  const absl::Span<const float> y = outputs[0].as<float>(), z = outputs[1].as<float>();
  return std::equal(y.begin(), y.end(), kY) && std::equal(z.begin(), z.end(), kZ);
}

void TestPolicyAndBackend() {
  std::shared_ptr<kairos::Runtime> runtime = NewRuntime();
  Check(runtime->backends()[0]->name() == "mine", "the application's backend is asked first");
  std::shared_ptr<const kairos::Model> model =
      Unwrap(kairos::Model::FromGraph(SmallGraph()), "model");
  auto policy = std::make_shared<CountingPolicy>();
  std::unique_ptr<kairos::Session> session = NewSession(runtime, model, policy);

  Check(IsRight(Unwrap(session->Run({kX}), "run")), "results are right");
  Check(policy->backend_questions() == 3 && policy->kernel_questions() == 3,
        "the policy is asked for each node");
  Check(policy->compiles() == 3, "each node is compiled");
  Check(runtime->kernel_cache().stats().entries == 0, "the policy keeps kernels by itself");
  int mine = 0;
  for (const kairos::StepInfo& step : session->Explain()) {
    mine += step.kernel == "mine.relu" && step.op == "Relu";
    Check(step.op == "Relu" || step.backend != "mine", "built-in backends run the rest");
  }
  Check(mine == 1, "the application's backend runs Relu");

  Check(IsRight(Unwrap(session->Run({kX}), "second run")), "a replay gives the same");
  Check(policy->kernel_questions() == 3, "a replay asks nothing");
  auto other = NewSession(runtime, model, policy);
  Check(IsRight(Unwrap(other->Run({kX}), "other session")), "another session is right");
  Check(policy->compiles() == 3 && other->stats().cache_hits == 3,
        "another session takes the policy's kernels");
}

void TestPlan() {
  const std::string path = "small.kai";
  std::shared_ptr<kairos::Runtime> runtime = NewRuntime();
  std::shared_ptr<const kairos::Model> model =
      Unwrap(kairos::Model::FromGraph(SmallGraph()), "model");
  const std::vector<std::vector<kairos::TensorView>> signatures = {{kX}};
  kairos::Plan plan = Unwrap(kairos::CompilePlan(runtime, model, signatures), "plan");
  Check(kairos::SaveModel(model->graph(), {&plan, 1}, path).ok(), "the plan is saved");
  std::shared_ptr<const kairos::Model> loaded = Unwrap(kairos::Model::Load(path), "load");
  Check(loaded->plans().size() == 1, "the plan is in the file");
  auto session = NewSession(NewRuntime(), loaded, kairos::NewAotPolicy());
  Check(IsRight(Unwrap(session->Run({kX}), "planned run")), "a planned run is right");
  Check(session->stats().compiles == 0 && session->stats().plan_hits > 0, "nothing is compiled");
  Check(session->Explain()[0].kernel == "mine.relu",
        "kernels of the application's backend are frozen and thawed like others");
}

}  // namespace
}  // namespace out_of_tree

int main() {
  out_of_tree::TestPolicyAndBackend();
  out_of_tree::TestPlan();
  std::printf("%d passed, %d failed, 0 skipped\n", out_of_tree::passed, out_of_tree::failed);
  return out_of_tree::failed == 0 ? 0 : 1;
}

// What loading a plan costs besides reading it.
#include <cerrno>
#include <doctest/doctest.h>
#include <memory>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <utility>
#include <vector>

#include "kairos/compiler.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/alloc/allocation_counter.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

// x[n,8] -> `nodes` matrix products, none of which can be fused with the next
Graph Chain(int nodes) {
  GraphBuilder b("chain");
  ValueId x = b.InputDims("x", DType::kFloat32, {{-1, "n"}, {8, ""}});
  for (int i = 0; i < nodes; ++i) {
    const std::string name = "w" + std::to_string(i);
    x = b.Add("MatMul", {x, b.Random<float>(name, {8, 8}, static_cast<uint32_t>(i))});
  }
  b.Output(x);
  return b.Build();
}

// From opening the file to the first result.
long AllocationsOfStart(const std::string& backend, int nodes) {
  const std::vector<Tensor> inputs = MlpInput(3);
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const TempDir dir;
  const std::string path = dir.File("m.kai");
  const Plan plan = Unwrap(CompilePlan(NewRuntime(backend), NewModel(Chain(nodes)), signatures));
  Require(SaveModel(Chain(nodes), {&plan, 1}, path));
  auto runtime = NewRuntime(backend);
  const long before = allocations;
  auto model = Unwrap(Model::Load(path));
  auto session = NewSession(runtime, model, NewAotPolicy({OnPlanMismatch::kError}));
  Run(*session, inputs);
  const long made = allocations - before;
  CHECK(session->stats().plan_hits == nodes);
  return made;
}

TEST_CASE("loading a plan allocates so much per node, however many there are") {
  for (const char* backend : {"reference", ""}) {
    CAPTURE(std::string(backend));
    const long few = AllocationsOfStart(backend, 50), more = AllocationsOfStart(backend, 100);
    const long many = AllocationsOfStart(backend, 200);
    const double first = static_cast<double>(more - few) / 50;
    const double second = static_cast<double>(many - more) / 100;
    CAPTURE(first);
    CHECK(second < 1.05 * first + 1);
    CHECK(first < 120);
  }
}

TEST_CASE("loading a plan starts no process") {
  rusage before{}, after{};
  getrusage(RUSAGE_CHILDREN, &before);
  AllocationsOfStart("", 5);
  getrusage(RUSAGE_CHILDREN, &after);
  CHECK(after.ru_minflt == before.ru_minflt);
  CHECK(waitpid(-1, nullptr, WNOHANG) == -1);
  CHECK(errno == ECHILD);
}

}  // namespace
}  // namespace kairos::testing

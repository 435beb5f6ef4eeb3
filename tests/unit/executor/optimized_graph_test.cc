#include "kairos/optimized_graph.h"

#include <doctest/doctest.h>
#include <string>
#include <vector>

#include "kairos/pass.h"
#include "tests/unit/executor/nets.h"

namespace kairos::testing {
namespace {

std::vector<std::string> All() { return {AllPasses().begin(), AllPasses().end()}; }

TEST_CASE("all passes leave what a session runs, and report what they changed") {
  auto runtime = NewRuntime("reference");
  auto model = NewModel(Mlp());
  const std::vector<Tensor> inputs = MlpInput(3);
  const OptimizedGraph optimized = Unwrap(OptimizeGraph(*runtime, *model, All(), Views(inputs)));
  CHECK(optimized.shaped);
  REQUIRE(optimized.graph.nodes.size() == 2);
  CHECK(optimized.graph.nodes[0].post_ops.size() == 2);
  REQUIRE(optimized.changes.size() == 2);
  CHECK(optimized.changes[0].pass == "fuse_post_ops");
  CHECK(optimized.changes[0].what == "node 'bias' (Add) into node 'fc1' (MatMul)");
  CHECK(MaxError(RunReference(optimized.graph, inputs), RunReference(Mlp(), inputs)) < 1e-6);
  CHECK(model->graph().nodes.size() == 4);
}

TEST_CASE("only the passes that are named run, and without inputs only those that need no shapes") {
  auto runtime = NewRuntime("reference");
  auto model = NewModel(Mlp());
  const std::vector<Tensor> inputs = MlpInput(3);
  std::vector<std::string> few = {"fold_constants"};
  CHECK(Unwrap(OptimizeGraph(*runtime, *model, few, Views(inputs))).graph.nodes.size() == 4);
  const OptimizedGraph unshaped = Unwrap(OptimizeGraph(*runtime, *model, All(), {}));
  CHECK_FALSE(unshaped.shaped);
  CHECK(unshaped.graph.nodes.size() == 4);
}

TEST_CASE("unknown passes and inputs that do not fit are refused") {
  auto runtime = NewRuntime("reference");
  auto model = NewModel(Mlp());
  const std::vector<std::string> unknown = {"make_faster"};
  CHECK(OptimizeGraph(*runtime, *model, unknown, {}).status().code() ==
        absl::StatusCode::kNotFound);
  const std::vector<Tensor> inputs = ConvInput(1, 2, 2);
  CHECK(OptimizeGraph(*runtime, *model, All(), Views(inputs)).status().code() ==
        absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace kairos::testing

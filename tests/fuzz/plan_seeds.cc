// Writes the seeds of plan_fuzz: small networks, each with a plan of the backends of this build.
//
// usage: plan_seeds FOLDER
#include <cstdio>
#include <string>
#include <vector>

#include "kairos/compiler.h"
#include "support/run_graph.h"
#include "unit/executor/nets.h"

namespace kairos::testing {
namespace {

// A value that decides a shape, a view, a split, integers and a reduction.
Graph ShapeNet() {
  GraphBuilder b("shape net");
  const ValueId x = b.Input("x", DType::kFloat32, {-1, 4});
  const ValueId target = b.Input("target", DType::kInt64, {2});
  const ValueId turned = b.Add("Transpose", {b.Add("Reshape", {x, target})});
  const std::vector<ValueId> halves = b.AddNode("Split", {turned}, 2, {{"axis", int64_t{0}}});
  const ValueId indices = b.Constant<int64_t>("indices", {2}, {1, 0});
  const ValueId picked = b.Add("Gather", {halves[0], indices}, {{"axis", int64_t{1}}});
  b.Output(b.Add("Concat", {picked, b.Add("Softmax", {halves[1]})}, {{"axis", int64_t{1}}}));
  return b.Build();
}

void Write(const std::string& path, const Graph& graph, const std::vector<Tensor>& inputs) {
  const std::vector<std::vector<TensorView>> signatures = {Views(inputs)};
  const Plan plan = Unwrap(CompilePlan(NewRuntime(), NewModel(graph), signatures));
  Require(SaveModel(graph, {&plan, 1}, path));
}

void WriteAll(const std::string& folder) {
  Write(folder + "/conv.kai", ConvNet(), ConvInput(1, 4, 5));
  Write(folder + "/mlp.kai", Mlp(), MlpInput(3));
  std::vector<Tensor> inputs;
  inputs.push_back(RandomTensor({3, 4}, 1));
  inputs.push_back(Int64Tensor({2, 6}));
  Write(folder + "/shape.kai", ShapeNet(), inputs);
}

}  // namespace
}  // namespace kairos::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: plan_seeds FOLDER\n");
    return 2;
  }
  kairos::testing::WriteAll(argv[1]);
}
